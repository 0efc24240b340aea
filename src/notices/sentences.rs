//! What notices says to people, each sentence once: here a translator finds them.

pub(super) const AN_ADMIN_GAVE_YOU_A_NEW_WAY_TO_SIGN: &str = "An admin gave you a new way to sign in. If you didn’t ask for it, write to whoever runs this marketplace.";
pub(super) const AN_APPS_TOKEN_WAS_USED_TWICE: &str = "An app’s token was used twice: somebody else may have had it, so that the app was signed out. Sign in to it again.";
pub(super) const AN_APP_MAY_USE_YOUR_ACCOUNT_NOW: &str = "An app may use your account now. If that wasn’t you, sign it out where you are signed in, and change your password.";
pub(super) const A_PASSKEY_WAS_ADDED_TO_YOUR_ACCOUNT: &str =
    "A passkey was added to your account: it signs in with or without the password.";
pub(super) const A_PASSKEY_WAS_REMOVED_FROM_YOUR_ACCOUNT: &str = "A passkey was removed from your account.";
pub(super) const A_TOKEN_FOR_YOUR_ACCOUNT_WAS_MADE: &str = "A token for your account was made, for scripts and programs. If that wasn’t you, end it where you are signed in, and change your password.";
pub(super) const PLEASE_CHOOSE_A_TIME_ZONE_FROM_THE_LIST: &str = "Please choose a time zone from the list.";
pub(super) const PLEASE_SAY_FROM_WHEN_TO_WHEN: &str = "Please say from when to when, like 22:00 and 7:00.";
pub(super) const SOMEBODY_SIGNED_IN_FROM_A_BROWSER_THAT_IS_NEW: &str =
    "Somebody signed in from a browser that is new here. If that wasn’t you, change your password.";
pub(super) const THAT_ISNT_A_PUSH_SUBSCRIPTION_THAT_CAN_BE_USED: &str =
    "That isn’t a push subscription that can be used.";
pub(super) const THE_SECOND_FACTOR_WAS_TAKEN_AWAY_FROM_YOUR_ACCOUNT: &str =
    "The second factor was taken away from your account. If that wasn’t you, change your password.";
pub(super) const YOUR_ACCOUNT_HAS_A_SECOND_FACTOR_NOW: &str =
    "Your account has a second factor now. If that wasn’t you, write to whoever runs this marketplace.";
pub(super) const YOUR_EMAIL_ADDRESS_WAS_CHANGED: &str = "Your email address was changed.";
pub(super) const YOUR_PASSWORD_WAS_CHANGED: &str =
    "Your password was changed. If that wasn’t you, write to whoever runs this marketplace.";
pub(super) const THERE_IS_NO_SUCH_CHOICE: &str = "There is no such choice.";
