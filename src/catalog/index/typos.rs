//! Words with typos, as an automaton that walks a dictionary.

use levenshtein_automata::{DFA, Distance, SINK_STATE};
use tantivy_fst::Automaton;

/// Words that are so many typos away.
#[derive(Clone)]
pub struct Typos<'a>(pub &'a DFA);

impl Automaton for Typos<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}
