//! What accounts says to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const AN_ADMIN_RUNS_THE_MARKETPLACE_AND_CANT_SELL_IN: &str =
    "An admin runs the marketplace and can't sell in it. Please use another account.";
pub(super) const EVERYBODY_SEES_YOUR_NAME_NOW: &str = "Everybody sees your name now.";
pub(super) const GOOD_TO_HAVE_YOU: &str = "Good to have you. Your account stays.";
pub(super) const ONE_COPY_A_DAY: &str = "One copy a day: the one below is still good.";
pub(super) const ONLY_PEOPLE_WHO_ARE_SIGNED_IN_SEE_YOUR_NAME: &str =
    "Only people who are signed in see your name now.";
pub(super) const PASSKEYS_BELONG_TO_A_NAME_LIKE_MARKET_EXAMPLE: &str = "Passkeys belong to a name like market.example, and this marketplace is at a bare address. Whoever runs it can change that.";
pub(super) const PASSKEYS_NEED_HTTPS: &str =
    "Passkeys need https, and this marketplace's address begins with http. Whoever runs it can change that.";
pub(super) const PLEASE_CHOOSE_SOMETHING_ELSE_THAN_YOUR_OWN_ADDRESS: &str =
    "Please choose something else than your own address.";
pub(super) const PLEASE_CHOOSE_WHETHER_YOU_WANT_TO_BUY_OR_TO: &str =
    "Please choose whether you want to buy or to sell.";
pub(super) const PLEASE_CONFIRM_THAT_IT_IS_YOU: &str = "Please confirm that it is you.";
pub(super) const PLEASE_GIVE_AN_EMAIL_ADDRESS: &str = "Please give an email address, like ana@example.com.";
pub(super) const SEVERAL_LETTERS_ARE_ON_THEIR_WAY_ALREADY: &str =
    "Several letters are on their way already. Please look for them, also among the spam.";
pub(super) const SIGNED_OUT_EVERYWHERE_BUT_HERE: &str = "Signed out everywhere but here.";
pub(super) const SIGNED_OUT_THERE: &str = "Signed out there.";
pub(super) const THAT_CODE_ISNT_RIGHT: &str = "That code isn't right, or was used already.";
pub(super) const THAT_CODE_ISNT_RIGHT_IS_THE_CLOCK: &str =
    "That code isn't right. Is the clock of your device right?";
pub(super) const THAT_CODE_ISNT_RIGHT_WAIT_FOR_THE_NEXT_ONE: &str =
    "That code isn't right, or was used already. Wait for the next one, or use a recovery code.";
pub(super) const THAT_EMAIL_AND_PASSWORD_DONT_BELONG_TOGETHER: &str =
    "That email and password don't belong together.";
pub(super) const THAT_FORM_IS_TOO_LARGE: &str = "That form is too large.";
pub(super) const THAT_ISNT_A_PASSKEY_OF_YOURS: &str =
    "That isn't a passkey of yours, or it took longer than five minutes.";
pub(super) const THAT_ISNT_YOUR_CURRENT_PASSWORD: &str = "That isn't your current password.";
pub(super) const THAT_ISNT_YOUR_PASSWORD: &str = "That isn't your password.";
pub(super) const THAT_IS_ONE_OF_THE_FIRST_PASSWORDS_ANYBODY_WOULD: &str =
    "That is one of the first passwords anybody would try. A few words of your own are better.";
pub(super) const THAT_PASSKEY_ISNT_KNOWN_HERE: &str =
    "That passkey isn't known here, or the question was older than five minutes. Please try again.";
pub(super) const THAT_PASSKEY_IS_IN_USE_ALREADY: &str =
    "That passkey is in use already, or you have very many.";
pub(super) const THAT_PASSWORD_IS_TOO_LONG: &str = "That password is too long.";
pub(super) const THAT_TOOK_LONGER_THAN_FIVE_MINUTES: &str =
    "That took longer than five minutes. Please sign in again.";
pub(super) const THAT_TOOK_LONGER_THAN_FIVE_MINUTES_TRY_AGAIN: &str =
    "That took longer than five minutes. Please try again.";
pub(super) const THAT_WAS_VERY_OFTEN_IN_A_SHORT_TIME: &str =
    "That was very often in a short time. Please wait a minute and try again.";
pub(super) const THAT_WAS_WRONG_TOO_OFTEN_FOR_THIS_ACCOUNT: &str =
    "That was wrong too often for this account. Please wait a minute and try again.";
pub(super) const THERE_IS_NO_SUCH_SESSION: &str = "There is no such session.";
pub(super) const THIS_ACCOUNT_IS_SUSPENDED: &str =
    "This account is suspended. Please write to whoever runs this marketplace.";
pub(super) const THIS_ADDRESS_BELONGS_TO_ANOTHER_ACCOUNT_BY_NOW: &str =
    "This address belongs to another account by now.";
pub(super) const THIS_ADDRESS_CANT_BE_USED_FOR_A_NEW_ACCOUNT: &str =
    "This address can't be used for a new account. If it is yours, sign in instead.";
pub(super) const THIS_IS_YOUR_ADDRESS_ALREADY: &str = "This is your address already.";
pub(super) const THIS_LINK_DOESNT_WORK_ANY_MORE: &str =
    "This link doesn't work any more: it was used, it is too old, or a newer letter came after it.";
#[cfg(not(feature = "passkeys"))]
pub(super) const THIS_MARKETPLACES_PROGRAM_WAS_BUILT_WITHOUT_PASSKEYS: &str =
    "This marketplace's program was built without passkeys.";
pub(super) const THIS_NAME_IS_KEPT_FOR_WHOEVER_RUNS_THE_MARKETPLACE: &str =
    "This name is kept for whoever runs the marketplace.";
pub(super) const THIS_PAGE_IS_FOR_SELLERS: &str =
    "This page is for sellers. Choose “Start selling” on your account page to become one.";
pub(super) const THIS_RESET_LINK_DOESNT_WORK_ANY_MORE: &str = "This link doesn't work any more: it was used, it is older than 30 minutes, or a newer letter came after it.";
pub(super) const TOO_MANY_ATTEMPTS_CAME_FROM_YOUR_ADDRESS: &str =
    "Too many attempts came from your address. Please wait a minute and try again.";
pub(super) const VERY_MANY_PEOPLE_ARE_LOOKING_AROUND_JUST_NOW: &str =
    "Very many people are looking around just now. Please try again in a moment.";
pub(super) const VERY_MANY_PEOPLE_ARE_SIGNING_IN_JUST_NOW: &str =
    "Very many people are signing in just now. Please try again in a moment.";
pub(super) const WELCOME_YOUR_ACCOUNT_IS_READY: &str = "Welcome! Your account is ready.";
pub(super) const WHOEVER_RUNS_THE_MARKETPLACE_CANT_LEAVE_IT_LIKE_THAT: &str = "Whoever runs the marketplace can't leave it like that. Another admin makes an ordinary person of you first.";
pub(super) const WHOEVER_RUNS_THE_MARKETPLACE_KEEPS_A_SECOND_FACTOR: &str =
    "Whoever runs the marketplace keeps a second factor. Another admin can take yours away if you lost it.";
pub(super) const YOUR_ACCOUNT_HAS_ITS_NEW_ADDRESS: &str = "Your account has its new address.";
pub(super) const YOUR_ACCOUNT_HAS_TO_BE_APPROVED_BY_AN_ADMIN: &str =
    "Your account has to be approved by an admin before you can do this.";
pub(super) const YOUR_ACCOUNT_WILL_BE_DELETED_IN_SEVEN_DAYS: &str =
    "Your account will be deleted in seven days. Until then you can change your mind.";
pub(super) const YOUR_ADDRESS_IS_BACK: &str = "Your address is back, and everybody is signed out. A letter with a link to a new password is on its way.";
pub(super) const YOUR_ADDRESS_IS_CONFIRMED: &str = "Your address is confirmed. Thank you!";
pub(super) const YOUR_APP_IS_TURNED_OFF: &str = "Your app is turned off. Your passkeys are as they were.";
pub(super) const YOUR_DATA_IS_BEING_PUT_TOGETHER: &str =
    "Your data is being put together. Look here again in a moment.";
pub(super) const YOUR_DEVICE_ANSWERED_SOMETHING_ELSE_THAN_IT_WAS_ASKED: &str =
    "Your device answered something else than it was asked. Please try again.";
pub(super) const YOUR_PASSWORD_ALONE_SIGNS_YOU_IN_AGAIN: &str = "Your password alone signs you in again.";
pub(super) const YOUR_PASSWORD_IS_CHANGED: &str =
    "Your password is changed, and every other browser is signed out.";
pub(super) const YOUR_PASSWORD_IS_CHANGED_SIGN_IN_WITH_IT: &str =
    "Your password is changed, and everybody is signed out. Sign in with the new one.";
pub(super) const YOUR_PROFILE_IS_CHANGED: &str = "Your profile is changed.";
pub(super) const YOUR_SELLER_PROFILE_IS_CHANGED: &str = "Your seller profile is changed.";
pub(super) const YOU_CAN_SELL_NOW: &str = "You can sell now. Add your first product!";
pub(super) const ENDED_ITS_TOKEN_OPENS_NOTHING_ANY_MORE: &str = "Ended. Its token opens nothing any more.";
pub(super) const LIST_CHANGE_AND_TAKE_DOWN_YOUR_PRODUCTS: &str = "List, change and take down your products";
pub(super) const LOOK_AT_PRODUCTS_YOURS_TOO: &str = "Look at products, yours too";
pub(super) const PLEASE_CHOOSE_AT_LEAST_ONE: &str = "Please choose at least one.";
pub(super) const READ_YOUR_CONVERSATIONS: &str = "Read your conversations";
pub(super) const SEE_WHAT_YOU_ARE_TOLD_AND_CHOOSE_IT: &str = "See your notices, and choose what you are told";
pub(super) const SEE_YOUR_NAME_ADDRESS_AND_PROFILE: &str =
    "See and change your profile, and see your email address";
pub(super) const TELL_A_DEVICE_WHAT_IS_NEW: &str = "Tell a device when there is something new";
pub(super) const TELL_A_SERVER_WHAT_HAPPENS_TO_YOUR_PRODUCTS: &str =
    "Tell a server when something happens to your products and conversations";
pub(super) const THIS_APP_ASKED_IN_A_WAY_THAT_CANT_BE_UNDERSTOOD: &str =
    "This app asked in a way that can't be understood. Please tell whoever made it.";
pub(super) const THIS_APP_ASKED_TO_BE_ANSWERED_ELSEWHERE: &str =
    "This app asked to be answered at an address that isn't known to be its own. Nothing was sent there.";
pub(super) const THIS_APP_ISNT_KNOWN_HERE: &str =
    "This app isn't known here. Whoever runs the marketplace can add it.";
pub(super) const WHOEVER_RUNS_THE_MARKETPLACE_USES_NO_TOKENS: &str =
    "Whoever runs the marketplace uses no tokens and no apps: an account of its own does.";
pub(super) const WRITE_IN_YOUR_CONVERSATIONS_BLOCK_AND_REPORT: &str =
    "Write in your conversations, block and report";
pub(super) const YOU_HAVE_VERY_MANY_APPS_AND_TOKENS: &str =
    "You have very many apps and tokens. Please end one that you don't need any more.";

pub(super) fn a_letter_is_on_its_way_to(email: impl Display) -> String {
    format!("A letter is on its way to {email}.")
}

pub(super) fn a_letter_is_on_its_way_to_your_address(email: impl Display) -> String {
    format!("A letter is on its way to {email}. Your address changes when you confirm it there.")
}

pub(super) fn at_least_characters(min: impl Display) -> String {
    format!("At least {min} characters. A few words are fine.")
}

pub(super) fn please_use_at_least_characters(min: impl Display) -> String {
    format!("Please use at least {min} characters. A few words are fine.")
}

pub(super) fn signs_nobody_in_any_more(name: impl Display) -> String {
    format!("“{name}” signs nobody in any more.")
}

pub(super) fn signs_you_in_from_now_on(name: impl Display) -> String {
    format!("“{name}” signs you in from now on.")
}

pub(super) fn from_1_to_days(max: impl Display) -> String {
    format!("From 1 to {max} days.")
}
