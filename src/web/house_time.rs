//! The time of day at the marketplace, for whoever's own isn't known: what stands on a page until the reader's browser
//! makes it local, and stays there without a script.
//!
//! Ambient context: a layer around every page says whose zone it is, so that no template has to hand it on. Outside of
//! a request it is UTC.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use jiff::{Timestamp, tz::TimeZone};
use time::{Date, OffsetDateTime, UtcOffset};

use super::marketplace::LiveMarketplace;

tokio::task_local! {
    static ZONE: Option<TimeZone>;
}

pub async fn enter(State(marketplace): State<LiveMarketplace>, request: Request, next: Next) -> Response {
    // A zone that PostgreSQL knows and this program doesn't is as none.
    let zone = marketplace.current().time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    ZONE.scope(zone, next.run(request)).await
}

pub(super) fn local(at: OffsetDateTime) -> OffsetDateTime {
    let offset = ZONE.try_with(|zone| offset(zone.as_ref()?, at)).ok().flatten();
    offset.map_or(at, |offset| at.to_offset(offset))
}

/// The day that it is there.
pub fn day(at: OffsetDateTime) -> Date {
    local(at).date()
}

fn offset(zone: &TimeZone, at: OffsetDateTime) -> Option<UtcOffset> {
    let at = Timestamp::from_second(at.unix_timestamp()).ok()?;
    UtcOffset::from_whole_seconds(zone.to_offset(at).seconds()).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[tokio::test]
    async fn clocks_go_back_in_october() {
        let zone = TimeZone::get("Europe/Prague").ok();
        let shown = async { [datetime!(2026-10-25 00:30 UTC), datetime!(2026-10-25 01:30 UTC)].map(local) };
        let [before, after] = ZONE.scope(zone, shown).await;
        assert_eq!((before.hour(), after.hour()), (2, 2));
        assert_eq!(local(datetime!(2026-10-25 00:30 UTC)).hour(), 0, "outside of a request");
    }
}
