//! What safety says to people, each sentence once: here a translator finds them.

pub(super) const SOMEBODY_ELSE_THAN_BEFORE_LOOKS_AT_IT_AGAIN: &str =
    "Somebody else than before looks at it again.";

pub(super) fn new_conversations_are_used_up(per_day: i64, is_young: bool, hours: i64) -> String {
    let newcomer = if is_young { " in your first week" } else { "" };
    let hours = if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") };
    format!(
        "You can begin {per_day} conversations a day{newcomer}, and did. There is room for the next one in {hours}. Your \
         text is kept, and answers never count."
    )
}
