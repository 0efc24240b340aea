//! What admin says to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const SAVED_SEARCHES_KNOW_IT_WITHIN_SECONDS: &str = "Saved. Searches know it within seconds.";
pub(super) const ANOTHER_ADMIN_HAS_TO_DO_THAT_TO_YOU: &str = "Another admin has to do that to you.";
pub(super) const ANOTHER_ADMIN_LOOKED_AT_IT_AGAIN: &str =
    "Another admin looked at it again: the decision stands.";
pub(super) const ANOTHER_ADMIN_LOOKED_AT_IT_AGAIN_AND_TOOK_THE: &str =
    "Another admin looked at it again and took the decision back.";
pub(super) const AN_APPEAL_IS_DECIDED_ONCE: &str =
    "An appeal is decided once, by an admin who didn’t decide the report.";
pub(super) const APPROVE_OR_REFUSE: &str = "Approve or refuse.";
pub(super) const A_CATEGORY_MOVES_UP_OR_DOWN: &str = "A category moves up or down.";
pub(super) const CHOOSE_ONE: &str = "Choose one.";
pub(super) const DECIDED_BOTH_PEOPLE_ARE_TOLD: &str = "Decided. Both people are told.";
pub(super) const DECIDED_WHOEVER_APPEALED_IS_TOLD: &str = "Decided. Whoever appealed is told.";
pub(super) const IT_WAS_APPROVED: &str = "It was approved: you can write to people and sell now.";
pub(super) const IT_WAS_NOT_APPROVED: &str = "It was not approved.";
pub(super) const NOBODY_ELSE_COULD_RUN_THE_MARKETPLACE: &str =
    "Nobody else could run the marketplace: make another admin first.";
pub(super) const NONE_YET: &str = "None yet.";
pub(super) const NOTHING_WAS_CHANGED: &str = "Nothing was changed.";
pub(super) const PLEASE_LOOK_AT_THE_FIELDS_AND_THE_PASSWORD: &str =
    "Please look at the fields marked below. Nothing is lost but the password.";
pub(super) const PLEASE_LOOK_AT_THE_FIELDS_MARKED_BELOW: &str =
    "Please look at the fields marked below. Nothing is lost.";
pub(super) const REVOKED_NOBODY_REGISTERS_BY_IT_ANY_MORE: &str = "Revoked: nobody registers by it any more.";
pub(super) const SOMEBODY_DECIDED_IT_IN_THE_MEANTIME: &str = "Somebody decided it in the meantime.";
pub(super) const SOMEBODY_ELSE_IS_AT_IT: &str = "Somebody else is at it. Please try again in a moment.";
pub(super) const SOMEBODY_HAS_DECIDED_THIS_ALREADY: &str = "Somebody has decided this already.";
pub(super) const STAFF_AGREED_WITH_YOUR_REPORT: &str = "Staff agreed with your report.";
pub(super) const STAFF_DECIDED_A_REPORT_AGAINST_YOU: &str =
    "Staff decided a report against you. Their reason stands there, and you can appeal once.";
pub(super) const STAFF_FOUND_NOTHING_AGAINST_THE_RULES_IN_WHAT_YOU: &str =
    "Staff found nothing against the rules in what you reported. You can appeal once.";
pub(super) const STAFF_HAVE_APPROVED_THIS_PRODUCT: &str =
    "Staff have approved this product: it is for sale now.";
pub(super) const STAFF_HAVE_HIDDEN_THIS_PRODUCT: &str =
    "Staff have hidden this product. Only you and they see it.";
pub(super) const STAFF_HAVE_NOT_APPROVED_THIS_PRODUCT: &str =
    "Staff have not approved this product. Change it, and it waits for approval again.";
pub(super) const STAFF_HAVE_SHOWN_THIS_PRODUCT_AGAIN: &str = "Staff have shown this product again.";
pub(super) const STAFF_HAVE_TAKEN_DOWN_A_PHOTO_OF_THIS_PRODUCT: &str =
    "Staff have taken down a photo of this product.";
pub(super) const THAT_INVITATION_HOLDS_NO_LONGER_ANYHOW: &str = "That invitation holds no longer anyhow.";
pub(super) const THAT_JOB_ISNT_DEAD_ANY_MORE: &str =
    "That job isn’t dead any more, or another like it waits.";
pub(super) const THERE_IS_NO_TIME_ZONE_OF_THIS_NAME: &str =
    "There is no time zone of this name. They look like Europe/Prague.";
pub(super) const THE_LOGO_IS_CHANGED: &str = "The logo is changed; every page shows it now.";
pub(super) const THE_LOGO_IS_REMOVED: &str = "The logo is removed.";
pub(super) const THE_PHOTO_IS_TAKEN_DOWN: &str = "The photo is taken down.";
pub(super) const THIS_ADDRESS_HAS_AN_ACCOUNT_ALREADY: &str = "This address has an account already.";
pub(super) const VERY_MANY_INVITATIONS_HOLD_ALREADY: &str =
    "Very many invitations hold already. Revoke some that nobody needs.";
pub(super) const YOUR_MARKETPLACE_IS_OPEN: &str = "Your marketplace is open. Sign in to run it.";
pub(super) const REMOVED_WHOEVER_USED_IT_IS_SIGNED_OUT_OF_IT: &str =
    "Removed. Whoever used it is signed out of it.";
pub(super) const THERE_ARE_VERY_MANY_APPS_ALREADY: &str =
    "There are very many apps already. Please remove one that nobody uses any more.";
pub(super) const THERE_IS_NO_SUCH_APP: &str = "There is no such app, or it is the marketplace's own.";

pub(super) fn that_line_is_no_group(line: &str) -> String {
    format!("A group needs two words or more with a comma between, and this line has not: “{line}”")
}

pub(super) fn added_its_client_id_is(id: impl Display) -> String {
    format!("Added. Its client ID is {id}.")
}

pub(super) fn one_to_addresses_of_these_kinds(max: impl Display) -> String {
    format!(
        "One to {max} addresses, each https://…, http://127.0.0.1/… or a private scheme with a dot, like com.example.app:/signed-in."
    )
}

pub(super) fn another_admin_has_published_version_meanwhile(version: impl Display) -> String {
    format!(
        "Another admin has published version {version} meanwhile: look at it in another tab. Publish again to replace it with what you see here."
    )
}

pub(super) fn another_admin_has_saved_these_settings_meanwhile(what: impl Display) -> String {
    format!(
        "Another admin has saved these settings meanwhile: {what}. Save again to replace that with what you see here."
    )
}

pub(super) fn at_least_characters(min: impl Display) -> String {
    format!("At least {min} characters. A few words are fine.")
}

pub(super) fn empty_as_the_program_was_started_with(base_name: impl Display) -> String {
    format!("Empty: {base_name}, as the program was started with.")
}

pub(super) fn from_1_to_days(max_days: impl Display) -> String {
    format!("From 1 to {max_days} days.")
}

pub(super) fn from_1_to_people(max_uses: impl Display) -> String {
    format!("From 1 to {max_uses} people.")
}

pub(super) fn product_is(title: impl Display, what: impl Display) -> String {
    format!("“{title}” is {what}.")
}

pub(super) fn product_is_hidden(title: impl Display) -> String {
    format!("“{title}” is hidden. Only its seller and admins see it.")
}

pub(super) fn category_is_removed(name: impl Display) -> String {
    format!("“{name}” is removed.")
}

pub(super) fn category_is_saved(name: impl Display) -> String {
    format!("“{name}” is saved.")
}

pub(super) fn product_is_shown_again(title: impl Display) -> String {
    format!("“{title}” is shown again.")
}

pub(super) fn category_is_there_now(name: impl Display) -> String {
    format!("“{name}” is there now, at the end.")
}
pub(super) const REMOVED_NOTHING_IS_SENT_THERE_ANY_MORE: &str = "Removed. Nothing is sent there any more.";
pub(super) const SWITCHED_ON_IT_IS_CALLED_AGAIN: &str = "Switched on: it is called again.";
pub(super) const IT_IS_BEING_CALLED: &str = "It is being called.";
