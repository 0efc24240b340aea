//! A question as a query of the index: which forms a word may be found by, and what each is worth.
//!
//! A product is as good as its words are, each by the best form that it has (a disjunction by maximum): the word itself,
//! joined or split, another form of it, a synonym, its beginning, one with a typo; in the title rather than in the
//! description. The worth depends on product and question alone, and not on what else is for sale, as it does in BM25:
//! so a place in a list stays the same while things are added, and a cursor can name it.
//!
//! Nothing here grows with the dictionary: beginnings and typos are looked up as terms first, [`MAX_TERMS`] of them at
//! most, the most frequent.

use std::collections::HashMap;

use levenshtein_automata::LevenshteinAutomatonBuilder;
use tantivy::{
    Searcher, Term,
    query::{
        BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};
use tantivy_fst::Automaton;

use super::{
    question::Part,
    schema::Fields,
    synonyms::Synonyms,
    typos::Typos,
    words::{Language, Word, parts, spelling_form, stem_form},
};

/// Terms that a beginning or a word with typos stands for, at most.
const MAX_TERMS: usize = 40;
/// Terms that are looked at for it.
const MAX_LOOKED_AT: usize = 4_000;
/// A word that so few products have may be one with a typo.
const RARE: u64 = 3;

// What a word found so is worth. The gaps are wide enough for the bonuses below.
const TITLE_WORD: f32 = 640.0;
const TITLE_SPELLING: f32 = 600.0;
const TITLE_STEM: f32 = 480.0;
const TITLE_SYNONYM: f32 = 440.0;
const TITLE_BEGINNING: f32 = 320.0;
const TITLE_TYPO: f32 = 200.0;
const BODY_WORD: f32 = 160.0;
const BODY_STEM: f32 = 120.0;
const BODY_SYNONYM: f32 = 100.0;
const BODY_BEGINNING: f32 = 80.0;
const BODY_TYPO: f32 = 40.0;
/// The title begins with it.
const HEAD: f32 = 30.0;
/// The title has two words side by side, as they were asked for.
const SIDE_BY_SIDE: f32 = 60.0;

/// Words that say nothing of a thing, in the languages that have them in questions most. They count, and aren't needed.
const FILLERS: &[&str] = &[
    "a", "an", "the", "of", "for", "with", "and", "or", "in", "on", "to", "at", "by", "from", "und", "der",
    "die", "das", "mit", "fur", "le", "la", "les", "de", "des", "et", "du", "el", "los", "las", "con",
    "para", "y", "pro", "na", "do", "se", "i", "z", "и", "в", "на", "с", "для",
];

pub struct Planner<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    pub language: Language,
    pub synonyms: &'a Synonyms,
}

/// What a question asks for.
pub struct Plan {
    pub clauses: Vec<(Occur, Box<dyn Query>)>,
    /// How many products fit the rarest of its words, at most.
    pub bound: u64,
    /// Words that no product has in any form.
    pub unknown: Vec<String>,
}

/// Which terms stand for a word, and what each is worth.
#[derive(Default)]
struct Forms {
    queries: Vec<Box<dyn Query>>,
    bound: u64,
}

/// Words one of which is asked for.
struct Clause {
    forms: Forms,
    is_needed: bool,
    words: Vec<String>,
}

impl Planner<'_> {
    pub fn plan(&self, question: &[Part]) -> tantivy::Result<Plan> {
        let mut plan = Plan { clauses: Vec::new(), bound: self.searcher.num_docs(), unknown: Vec::new() };
        let wanted: Vec<&Part> = question.iter().filter(|part| !part.is_excluded).collect();
        let is_filler = |part: &Part| !part.is_phrase && FILLERS.contains(&part.words[0].text.as_str());
        let all_fillers = wanted.iter().all(|part| is_filler(part));
        let mut clauses: Vec<Clause> = Vec::new();
        for (at, part) in wanted.iter().enumerate() {
            let beside = |at: Option<usize>| {
                at.and_then(|at| wanted.get(at)).filter(|part| !part.is_phrase).map(|part| &part.words[0])
            };
            let forms = if part.is_phrase {
                self.phrase(&part.words)?
            } else {
                let is_last = at + 1 == wanted.len();
                self.word(&part.words[0], beside(at.checked_sub(1)), beside(Some(at + 1)), is_last)?
            };
            let is_needed = all_fillers || !is_filler(part);
            match clauses.last_mut().filter(|_| part.is_alternative) {
                Some(clause) => {
                    clause.forms.queries.extend(forms.queries);
                    clause.forms.bound += forms.bound;
                    clause.words.push(part.text());
                }
                None => clauses.push(Clause { forms, is_needed, words: vec![part.text()] }),
            }
        }
        for Clause { forms, is_needed, words } in clauses {
            if is_needed {
                plan.bound = plan.bound.min(forms.bound);
                if forms.bound == 0 {
                    plan.unknown.extend(words);
                }
            }
            let occur = if is_needed { Occur::Must } else { Occur::Should };
            plan.clauses.push((occur, Box::new(DisjunctionMaxQuery::new(forms.queries))));
        }
        self.bonuses(&wanted, &mut plan);
        let excluded = question.iter().filter(|part| part.is_excluded);
        for part in excluded {
            plan.clauses.push((Occur::MustNot, self.excluded(part)));
        }
        Ok(plan)
    }

    fn bonuses(&self, wanted: &[&Part], plan: &mut Plan) {
        let words: Vec<&Word> = wanted.iter().flat_map(|part| &part.words).collect();
        for word in &words {
            let head = Term::from_field_text(self.fields.head, &word.text);
            plan.clauses.push((Occur::Should, constant(term(head), HEAD)));
        }
        for pair in words.windows(2) {
            if pair[0].text != pair[1].text {
                let terms =
                    pair.iter().map(|word| Term::from_field_text(self.fields.title, &word.text)).collect();
                plan.clauses.push((Occur::Should, constant(Box::new(PhraseQuery::new(terms)), SIDE_BY_SIDE)));
            }
        }
    }

    /// What has it as it is written, or as another form of the same word. No beginnings, no typos, no synonyms: whoever
    /// excludes belts doesn't exclude beltless things.
    fn excluded(&self, part: &Part) -> Box<dyn Query> {
        let (title, body) = (self.fields.title, self.fields.body);
        let mut queries: Vec<Box<dyn Query>> = Vec::new();
        if part.is_phrase {
            for field in [title, body] {
                queries.push(phrase_query(field, &part.words));
            }
        } else {
            let word = &part.words[0];
            let stem = stem_form(self.language, &word.text);
            for (field, text) in [
                (title, &word.text),
                (body, &word.text),
                (self.fields.title_forms, &stem),
                (self.fields.body_forms, &stem),
            ] {
                queries.push(term(Term::from_field_text(field, text)));
            }
        }
        Box::new(BooleanQuery::union(queries))
    }

    fn phrase(&self, words: &[Word]) -> tantivy::Result<Forms> {
        let mut forms = Forms::default();
        for (field, worth) in [(self.fields.title, TITLE_WORD), (self.fields.body, BODY_WORD)] {
            let mut bound = u64::MAX;
            for word in words {
                bound = bound.min(self.searcher.doc_freq(&Term::from_field_text(field, &word.text))?);
            }
            if bound > 0 {
                forms.bound += bound;
                forms.queries.push(constant(phrase_query(field, words), worth * words.len() as f32));
            }
        }
        Ok(forms)
    }

    fn word(
        &self,
        word: &Word,
        before: Option<&Word>,
        after: Option<&Word>,
        is_last: bool,
    ) -> tantivy::Result<Forms> {
        let Fields { title, title_forms, body, body_forms, .. } = *self.fields;
        let mut forms = Forms::default();
        let text = word.text.as_str();
        self.add(&mut forms, title, text, TITLE_WORD)?;
        self.add(&mut forms, body, text, BODY_WORD)?;
        // `=` forms of products are other spellings of theirs; other spellings of the question are words of products.
        self.add(&mut forms, title_forms, &spelling_form(text), TITLE_SPELLING)?;
        self.add(&mut forms, body_forms, &spelling_form(text), BODY_WORD)?;
        for spelling in &word.spellings {
            self.add(&mut forms, title, spelling, TITLE_SPELLING)?;
            self.add(&mut forms, body, spelling, BODY_WORD)?;
        }
        let joined = [before.map(|before| (before, word)), after.map(|after| (word, after))];
        for (first, second) in joined.into_iter().flatten() {
            let joined = format!("{}{}", first.text, second.text);
            self.add(&mut forms, title, &joined, TITLE_SPELLING)?;
            self.add(&mut forms, body, &joined, BODY_WORD)?;
            self.add_synonyms(&mut forms, &format!("{} {}", first.text, second.text))?;
        }
        self.add_split(&mut forms, text)?;
        let stem = stem_form(self.language, text);
        self.add(&mut forms, title_forms, &stem, TITLE_STEM)?;
        self.add(&mut forms, body_forms, &stem, BODY_STEM)?;
        self.add_synonyms(&mut forms, text)?;
        let letters = text.chars().count();
        if (is_last && letters >= 2) || letters >= 4 {
            self.add_all(&mut forms, title, self.beginning(title, text)?, TITLE_BEGINNING)?;
            if letters >= 3 {
                self.add_all(&mut forms, body, self.beginning(body, text)?, BODY_BEGINNING)?;
            }
        }
        if forms.bound < RARE {
            self.add_typos(&mut forms, text)?;
        }
        Ok(forms)
    }

    fn add(&self, forms: &mut Forms, field: Field, text: &str, worth: f32) -> tantivy::Result<()> {
        let wanted = Term::from_field_text(field, text);
        let found = self.searcher.doc_freq(&wanted)?;
        if found > 0 {
            forms.bound += found;
            forms.queries.push(constant(term(wanted), worth));
        }
        Ok(())
    }

    fn add_all(
        &self,
        forms: &mut Forms,
        field: Field,
        texts: Vec<(String, u64)>,
        worth: f32,
    ) -> tantivy::Result<()> {
        if texts.is_empty() {
            return Ok(());
        }
        forms.bound += texts.iter().map(|(_, found)| found).sum::<u64>();
        let terms = texts.iter().map(|(text, _)| term(Term::from_field_text(field, text)));
        forms.queries.push(constant(Box::new(BooleanQuery::union(terms.collect())), worth));
        Ok(())
    }

    /// `500gb` for what has `500` and `gb`.
    fn add_split(&self, forms: &mut Forms, text: &str) -> tantivy::Result<()> {
        let parts = parts(text);
        if parts.len() < 2 {
            return Ok(());
        }
        for (field, worth) in [(self.fields.title, TITLE_SPELLING), (self.fields.body, BODY_WORD)] {
            self.add_together(forms, field, &parts, worth)?;
        }
        Ok(())
    }

    /// For what has all of these words side by side.
    fn add_together(
        &self,
        forms: &mut Forms,
        field: Field,
        texts: &[&str],
        worth: f32,
    ) -> tantivy::Result<()> {
        let terms: Vec<Term> = texts.iter().map(|text| Term::from_field_text(field, text)).collect();
        let mut bound = u64::MAX;
        for term in &terms {
            bound = bound.min(self.searcher.doc_freq(term)?);
        }
        if bound > 0 {
            forms.bound += bound;
            forms.queries.push(constant(Box::new(PhraseQuery::new(terms)), worth));
        }
        Ok(())
    }

    fn add_synonyms(&self, forms: &mut Forms, text: &str) -> tantivy::Result<()> {
        for synonym in self.synonyms.of(text, self.language) {
            let words: Vec<&str> = synonym.split(' ').collect();
            match words[..] {
                [one] => {
                    let stem = stem_form(self.language, one);
                    self.add(forms, self.fields.title, one, TITLE_SYNONYM)?;
                    self.add(forms, self.fields.title_forms, &stem, TITLE_SYNONYM)?;
                    self.add(forms, self.fields.body_forms, &stem, BODY_SYNONYM)?;
                }
                _ => {
                    self.add_together(forms, self.fields.title, &words, TITLE_SYNONYM)?;
                    self.add_together(forms, self.fields.body, &words, BODY_SYNONYM)?;
                }
            }
        }
        Ok(())
    }

    /// One typo from four letters on, two from eight; the first letter is usually right, and short words differ by one
    /// letter from each other. Stems are compared, so that a typo in a plural finds the singular.
    fn add_typos(&self, forms: &mut Forms, text: &str) -> tantivy::Result<()> {
        let typos = match text.chars().count() {
            0..4 => return Ok(()),
            4..8 => 1,
            _ => 2,
        };
        if text.chars().any(|c| c.is_ascii_digit()) {
            return Ok(());
        }
        let stem = stem_form(self.language, text);
        let dfa = LevenshteinAutomatonBuilder::new(typos, true).build_dfa(&stem);
        for (field, worth) in [(self.fields.title_forms, TITLE_TYPO), (self.fields.body_forms, BODY_TYPO)] {
            let texts = self.terms(field, Typos(&dfa), None)?;
            let texts = texts.into_iter().filter(|(text, _)| text.starts_with('~')).collect();
            self.add_all(forms, field, texts, worth)?;
        }
        Ok(())
    }

    /// Terms that begin so.
    pub fn beginning(&self, field: Field, text: &str) -> tantivy::Result<Vec<(String, u64)>> {
        let mut texts = self.terms(field, tantivy_fst::automaton::AlwaysMatch, Some(text))?;
        texts.retain(|(found, _)| found != text);
        Ok(texts)
    }

    /// The most frequent terms that an automaton lets through, and how many products have each, about.
    fn terms<A>(
        &self,
        field: Field,
        automaton: A,
        beginning: Option<&str>,
    ) -> tantivy::Result<Vec<(String, u64)>>
    where
        A: Automaton + Clone,
        A::State: Clone,
    {
        let mut found: HashMap<String, u64> = HashMap::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().search(automaton.clone());
            if let Some(beginning) = beginning {
                terms = terms.ge(beginning).lt(format!("{beginning}\u{10ffff}"));
            }
            let mut terms = terms.into_stream()?;
            for _ in 0..MAX_LOOKED_AT {
                let Some((text, info)) = terms.next() else { break };
                if let Ok(text) = std::str::from_utf8(text) {
                    *found.entry(text.to_owned()).or_default() += u64::from(info.doc_freq);
                }
            }
        }
        let mut found: Vec<(String, u64)> = found.into_iter().collect();
        found.sort_unstable_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        found.truncate(MAX_TERMS);
        Ok(found)
    }
}

pub fn term(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn constant(query: Box<dyn Query>, worth: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, worth))
}

fn phrase_query(field: Field, words: &[Word]) -> Box<dyn Query> {
    let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(field, &word.text)).collect();
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms[0].clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}
