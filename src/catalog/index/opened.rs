//! An index that can be asked.

use std::collections::HashMap;

use parking_lot::{Mutex, RwLock};
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher};

use super::{
    facets::{Tally, TallyKey},
    schema::{Fields, schema},
    words::Language,
};

/// How many products' times are kept to tell how many are newer than a given one.
const SAMPLES: u32 = 512;

pub struct Opened {
    pub index: Index,
    pub reader: IndexReader,
    pub fields: Fields,
    pub language: Language,
    /// Times of products, evenly taken, the newest first; taken anew with each reading.
    samples: RwLock<Vec<i64>>,
    /// In one state of the index; there are no more than categories and currencies.
    tallies: Mutex<(u64, HashMap<TallyKey, Tally>)>,
}

impl Opened {
    pub fn new(index: Index, language: Language) -> tantivy::Result<Self> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (_, fields) = schema();
        let opened =
            Opened { index, reader, fields, language, samples: RwLock::default(), tallies: Mutex::default() };
        opened.sample()?;
        Ok(opened)
    }

    /// Shows what was committed.
    pub fn reload(&self) -> tantivy::Result<()> {
        self.reader.reload()?;
        self.sample()
    }

    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// The time that about this share of all products is newer than.
    pub fn created_at_of_newest(&self, share: f64) -> i64 {
        let samples = self.samples.read();
        samples.get((share * samples.len() as f64).ceil() as usize).copied().unwrap_or(i64::MIN)
    }

    pub fn tally(&self, part: &TallyKey, searcher: &Searcher) -> Option<Tally> {
        let tallies = self.tallies.lock();
        tallies.1.get(part).filter(|_| tallies.0 == searcher.generation().generation_id()).cloned()
    }

    pub fn keep_tally(&self, part: TallyKey, searcher: &Searcher, tally: Tally) {
        let mut tallies = self.tallies.lock();
        let state = searcher.generation().generation_id();
        if tallies.0 != state {
            *tallies = (state, HashMap::new());
        }
        tallies.1.insert(part, tally);
    }

    fn sample(&self) -> tantivy::Result<()> {
        let searcher = self.searcher();
        let docs: u32 = searcher.segment_readers().iter().map(|segment| segment.max_doc()).sum();
        let step = (docs / SAMPLES).max(1);
        let mut samples = Vec::new();
        for segment in searcher.segment_readers() {
            let created_at = segment.fast_fields().i64("created_at")?;
            samples.extend(
                (0..segment.max_doc()).step_by(step as usize).filter_map(|doc| created_at.first(doc)),
            );
        }
        samples.sort_unstable_by(|a, b| b.cmp(a));
        *self.samples.write() = samples;
        Ok(())
    }
}
