//! What somebody has chosen about notices, as values.

use time::{OffsetDateTime, Time, macros::format_description};

use super::kind::{Channel, Kind};

/// By these a notice reaches somebody; as rows and forms name them.
pub const CHANNELS: [&str; 3] = [BELL, PUSH, MAIL];
pub const BELL: &str = "bell";
pub const PUSH: &str = "push";
pub const MAIL: &str = "mail";

/// One switch of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub kind: String,
    pub channel: String,
    pub is_on: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// An IANA name.
    pub time_zone: String,
    pub quiet: Option<QuietHours>,
    pub previews: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { time_zone: "UTC".to_owned(), quiet: None, previews: true }
    }
}

/// Times of the day; the end may be on the next one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuietHours {
    pub from: Time,
    pub to: Time,
}

impl QuietHours {
    /// As `<input type="time">` gives them: `22:00`. None for what isn't a time.
    pub fn parse_time(text: &str) -> Option<Time> {
        let text = text.trim().get(..5)?;
        Time::parse(text, format_description!("[hour]:[minute]")).ok()
    }

    pub fn show_time(time: Time) -> String {
        time.format(format_description!("[hour]:[minute]")).unwrap_or_default()
    }
}

/// How somebody stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    pub previews: bool,
    /// Push and mail wait until then.
    pub quiet_until: Option<OffsetDateTime>,
}

impl Default for Standing {
    fn default() -> Self {
        Standing { previews: true, quiet_until: None }
    }
}

/// What a kind does by a channel.
pub fn channel_of(kind: &dyn Kind, channel: &str) -> Channel {
    match channel {
        PUSH => kind.push(),
        MAIL => kind.mail(),
        // The bell has everything until somebody doesn't want it; the view `bell_notices` says the same.
        _ => Channel::On(std::time::Duration::ZERO),
    }
}

/// Whether it goes by that channel, where somebody chose so, or didn't.
pub fn is_on(channel: Channel, chosen: Option<bool>) -> bool {
    match channel {
        Channel::On(_) => chosen.unwrap_or(true),
        Channel::Off(_) => chosen.unwrap_or(false),
        Channel::Always => true,
        Channel::Never => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_switch_counts_where_there_is_one() {
        let now = Duration::ZERO;
        for (channel, chosen, expected) in [
            (Channel::On(now), None, true),
            (Channel::On(now), Some(false), false),
            (Channel::Off(now), None, false),
            (Channel::Off(now), Some(true), true),
            (Channel::Always, Some(false), true),
            (Channel::Never, Some(true), false),
        ] {
            assert_eq!(is_on(channel, chosen), expected, "{channel:?} {chosen:?}");
        }
    }

    #[test]
    fn times_are_read_as_browsers_write_them() {
        for (text, expected) in [
            ("22:00", Some("22:00")),
            ("07:30:00", Some("07:30")),
            ("", None),
            ("24:00", None),
            ("7:3", None),
            ("2ü:00", None),
        ] {
            assert_eq!(
                QuietHours::parse_time(text).map(QuietHours::show_time).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
