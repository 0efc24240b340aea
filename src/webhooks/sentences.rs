//! What webhooks says to people, each sentence once.

pub(super) const AN_ADDRESS_OF_THE_OPEN_INTERNET: &str = "Give an https:// address of the open internet.";
pub(super) const CHOOSE_WHAT_TO_BE_TOLD: &str = "Choose at least one of the events that there are.";
pub(super) const A_WEBHOOK_WAS_SWITCHED_OFF: &str = "A webhook was switched off";
pub(super) const ITS_SERVER_IS_GONE: &str = "Its server says that it is gone (410).";
pub(super) const ITS_SERVER_DIDNT_ANSWER: &str = "Its server hasn't taken anything for three days.";
pub(super) const NO_ANSWER: &str = "No answer.";

pub(super) fn that_are_enough_webhooks(max: i64) -> String {
    format!("There can be {max} webhooks.")
}
