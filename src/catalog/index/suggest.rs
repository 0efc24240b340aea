//! How a question may go on, from words of titles that are for sale.

use super::{
    collect::Order,
    plan::Planner,
    question::parse,
    search::{Run, Search},
    words::words,
};

/// Products whose titles are looked at.
const LOOKED_AT: usize = 40;

/// What a question may become.
#[derive(Debug, Default)]
pub struct Completions {
    /// For a question of one word: words that begin so, the most frequent first.
    pub words: Vec<String>,
    /// For a longer one: the best of what fits it so far, by number, whose titles say how it goes on.
    pub products: Vec<i64>,
}

impl Run<'_> {
    pub fn complete(&self, text: &str, limit: usize) -> tantivy::Result<Completions> {
        let opened = self.opened;
        let typed = words(text, 12);
        if let [word] = &typed[..]
            && !text.ends_with(' ')
        {
            let planner = Planner {
                searcher: &self.searcher,
                fields: &opened.fields,
                language: opened.language,
                synonyms: self.synonyms,
            };
            let mut words: Vec<String> = planner
                .beginning(opened.fields.title, &word.text)?
                .into_iter()
                .map(|(word, _)| word)
                .collect();
            words.truncate(limit);
            return Ok(Completions { words, products: Vec::new() });
        }
        let search = Search::of_words(parse(text), Order::Relevance, LOOKED_AT);
        let hits = self.search(&search)?;
        Ok(Completions {
            words: Vec::new(),
            products: hits.places.iter().map(|hit| hit.key.id as i64).collect(),
        })
    }
}

/// How a title goes on from a question: `leather s` in `Brown leather sofa` is `leather sofa`. None if it doesn't hold its
/// words in their order.
pub fn continuation(title: &str, question: &str) -> Option<String> {
    let (title, question) = (words(title, 60), words(question, 12));
    let (last, before) = question.split_last()?;
    let at = (0..title.len()).find(|at| {
        before.iter().zip(&title[*at..]).all(|(asked, has)| asked.text == has.text)
            && title.get(at + before.len()).is_some_and(|word| word.text.starts_with(&last.text))
    })?;
    let end = at + before.len();
    // A whole word goes on with the next one.
    let end = if title[end].text == last.text { (end + 1).min(title.len() - 1) } else { end };
    let found: Vec<&str> = title[at..=end].iter().map(|word| word.text.as_str()).collect();
    Some(found.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_say_how_a_question_goes_on() {
        for (title, question, goes_on) in [
            ("Brown leather sofa, good", "leather s", Some("leather sofa")),
            ("Brown leather sofa, good", "leather sofa", Some("leather sofa good")),
            ("Brown leather sofa", "leather sofa", Some("leather sofa")),
            ("Sofa, leather", "leather s", None),
            ("Sofa", "", None),
        ] {
            assert_eq!(continuation(title, question).as_deref(), goes_on, "{title} | {question}");
        }
    }
}
