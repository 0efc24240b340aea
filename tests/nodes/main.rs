//! Several nodes on one database are one chat, in each way in which they can tell each other; and nothing is
//! lost when what they stand on is killed.
//!
//! What needs a NATS server, a mail server or schemathesis is listed as ignored where there is none; with
//! `HAGGLE_DEMAND_NATS=1`, `HAGGLE_DEMAND_SMTP=1` and `HAGGLE_DEMAND_SCHEMATHESIS=1` (`.ci/run`) that is a failure instead.

#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod chaos;
mod chat_client;
mod database_outage;
mod deep_png;
mod mail;
mod nats;
mod nats_server;
mod notices;
mod notifications;
mod photo_memory;
mod processes;
mod schemathesis;
mod search_index;
mod settings;
mod shutdown;
mod slow_consumers;
mod staleness;
#[allow(dead_code, unused_imports, reason = "shared with tests/it, which uses the rest")]
#[path = "../it/support/mod.rs"]
mod support;
mod tcp_proxy;
mod transport;
mod two_nodes;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use transport::Transport;

/// One trial for each test, named after it.
macro_rules! trials {
    ($ignored:expr, $prefix:expr, $arguments:tt, [$($module:ident::$test:ident),+ $(,)?]) => {
        [$(trial(format!("{}::{}", $prefix, stringify!($test)), $ignored, move || $module::$test $arguments)),+]
    };
}

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let (missing, no_mail, no_schemathesis) =
        (nats_server::missing(), mail::missing(), schemathesis::missing());
    for (missing, demand) in [
        (missing, "HAGGLE_DEMAND_NATS"),
        (no_mail, "HAGGLE_DEMAND_SMTP"),
        (no_schemathesis, "HAGGLE_DEMAND_SCHEMATHESIS"),
    ] {
        let Some(missing) = missing else { continue };
        eprintln!("Node tests: {missing}");
        if std::env::var_os(demand).is_some_and(|it| it == "1") {
            return ExitCode::FAILURE;
        }
    }
    let mut list = Vec::new();
    for over in [Transport::Database, Transport::Nats] {
        let ignored = over == Transport::Nats && missing.is_some();
        list.extend(trials! { ignored, over, (over), [
            two_nodes::two_people_on_two_nodes_talk_as_on_one,
            two_nodes::concurrent_writes_on_two_nodes_converge,
            two_nodes::reconciliation_finds_entries_that_were_never_published,
            two_nodes::people_of_a_node_that_stops_linger_until_they_are_back,
            two_nodes::people_of_an_evicted_node_are_seen_again,
            staleness::entries_of_a_vanished_node_are_backfilled,
            staleness::presence_is_stored_once_the_database_is_back,
            chaos::two_nodes_lose_nothing_while_everything_is_killed_in_turn,
        ] });
    }
    list.extend(trials! { false, "alone", (), [
        chaos::one_node_loses_nothing_while_everything_is_killed_in_turn,
        database_outage::senders_hear_of_a_dead_database_and_it_recovers_by_itself,
        database_outage::senders_hear_of_a_frozen_database_and_it_recovers_by_itself,
        database_outage::a_program_whose_database_is_frozen_can_be_stopped,
        database_outage::a_late_commit_reaches_everybody_in_the_room,
        database_outage::a_form_keeps_its_text_while_the_database_is_gone,
        search_index::every_index_equals_the_table_after_everything_was_killed,
        database_outage::a_private_database_that_is_killed_runs_again_by_itself,
        staleness::a_sign_out_during_a_frozen_node_closes_its_sockets,
        staleness::a_node_that_waits_for_the_rows_says_that_it_lives,
        staleness::an_evicted_node_announces_that_it_is_stale,
        staleness::a_silently_lost_listener_reconnects,
        settings::what_an_admin_sets_is_on_every_node_and_on_the_ones_to_come,
        slow_consumers::a_reader_that_stops_costs_no_memory,
        photo_memory::photos_that_unfold_cost_bounded_memory,
        notices::a_node_killed_between_storing_and_sending_loses_and_doubles_nothing,
        notifications::nothing_is_told_while_there_is_nobody_to_tell,
        notifications::waiting_notifications_are_batched,
        notifications::many_presences_at_once_are_written_in_one_statement,
        notifications::what_a_lone_node_stores_while_it_stops_is_told,
        shutdown::shutdown_closes_sockets_spread_over_time,
        shutdown::shutdown_commits_queued_messages_and_accepts_no_new_ones,
    ] });
    list.extend(trials! { missing.is_some(), "nats", (), [
        nats::a_node_subscribes_to_what_somebody_listens_to_and_no_more,
        nats::what_travels_are_hints_under_the_databases_own_name,
        nats::while_it_is_away_nodes_tell_each_other_by_the_database,
        nats::a_node_without_nats_hears_by_the_database,
        nats::what_it_does_not_take_is_looked_up_by_the_others,
        nats::who_was_told_more_than_fits_comes_back,
        nats::a_node_signs_in_with_what_its_address_says,
        nats::one_that_was_never_there_stops_nothing,
    ] });
    list.extend(trials! { no_mail.is_some(), "smtp", (), [
        mail::a_mail_server_gets_a_letter_that_programs_understand,
        mail::a_temporary_refusal_is_tried_again_until_it_is_taken,
        mail::an_address_that_bounces_gets_no_more_letters,
        mail::a_refusal_by_policy_marks_no_address,
        mail::a_wrong_password_marks_no_address_and_the_right_one_sends,
        mail::a_slow_server_holds_up_nobody_else_and_a_gone_one_is_tried_again,
    ] });
    list.extend(trials! { no_schemathesis.is_some(), "schemathesis", (), [
        schemathesis::no_request_breaks_it_or_is_answered_in_an_undocumented_way,
    ] });
    let no_opensmtpd = no_mail.or_else(mail::no_opensmtpd);
    list.extend(trials! { no_opensmtpd.is_some(), "smtp", (), [mail::opensmtpd_passes_a_letter_on] });
    libtest_mimic::run(&args, list).exit_code()
}

/// With a runtime of its own, as `#[tokio::test]` makes it.
fn trial<F: Future<Output = ()>>(
    name: String,
    ignored: bool,
    test: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(test());
        Ok(())
    };
    Trial::test(name, run).with_ignored_flag(ignored)
}
