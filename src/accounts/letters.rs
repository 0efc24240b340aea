//! The words of letters about an account: every sentence of them stands here.

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    mail::{self, Button, Words},
    web::Marketplace,
};

/// To an address that is its owner's, and to no other.
pub(super) async fn enqueue_if(
    is_confirmed: bool,
    db: &PgPool,
    marketplace: &Marketplace,
    email: &str,
    words: &Words,
) -> anyhow::Result<()> {
    if is_confirmed {
        let letter = words.letter(marketplace, email, &format!("account {}", Uuid::new_v4()))?;
        let mut tx = db.begin().await?;
        mail::enqueue(&mut tx, &letter).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn button(marketplace: &Marketplace, label: &str, path: &str) -> Option<Button> {
    Some(Button { label: label.to_owned(), url: format!("{}{path}", marketplace.origin.0) })
}

const NOT_YOU: &str = "If this wasn't you, you can throw this letter away: nothing happens without the link.";

pub(super) fn confirm(marketplace: &Marketplace, path: &str) -> Words {
    Words {
        title: format!("Is this your address? · {}", marketplace.name),
        paragraphs: vec![format!(
            "Somebody registered at {} with this address. Confirm it, and you can write to people and sell.",
            marketplace.name
        )],
        button: button(marketplace, "Confirm the address", path),
        small_print: vec!["The link is good once, for 24 hours.".to_owned(), NOT_YOU.to_owned()],
        ..Words::default()
    }
}

pub(super) fn change(marketplace: &Marketplace, path: &str) -> Words {
    Words {
        title: format!("Your new address at {}", marketplace.name),
        paragraphs: vec![
            "Confirm this address, and it takes the place of the one your account has now.".to_owned(),
        ],
        button: button(marketplace, "Use this address", path),
        small_print: vec!["The link is good once, for 24 hours.".to_owned(), NOT_YOU.to_owned()],
        ..Words::default()
    }
}

/// To an address that has an account, where another account wants to have it.
pub(super) fn change_taken(marketplace: &Marketplace) -> Words {
    Words {
        title: format!("You have an account at {} already", marketplace.name),
        paragraphs: vec![
            "Somebody wanted to give this address to another account. It is in use: yours has it.".to_owned(),
            "If that was you, sign in with this address instead. If it wasn't, nothing has changed."
                .to_owned(),
        ],
        button: button(marketplace, "Sign in", "/login"),
        ..Words::default()
    }
}

pub(super) fn changed(marketplace: &Marketplace, path: &str) -> Words {
    Words {
        title: format!("Your address at {} was changed", marketplace.name),
        paragraphs: vec![
            "Your account has another address now. If you did that, there is nothing to do.".to_owned(),
            "If you didn't, somebody else is in your account: take it back with this button. Your old address \
             is put back, everybody is signed out, and you choose a new password."
                .to_owned(),
        ],
        button: button(marketplace, "That wasn't me", path),
        small_print: vec!["The link is good once, for 7 days.".to_owned()],
        ..Words::default()
    }
}

pub(super) fn reset(marketplace: &Marketplace, path: &str) -> Words {
    Words {
        title: format!("A new password for {}", marketplace.name),
        paragraphs: vec!["Somebody asked for a new password for your account. Choose it here.".to_owned()],
        button: button(marketplace, "Choose a new password", path),
        small_print: vec!["The link is good once, for 30 minutes.".to_owned(), NOT_YOU.to_owned()],
        ..Words::default()
    }
}

pub(super) fn password_changed(marketplace: &Marketplace) -> Words {
    Words {
        title: format!("Your password at {} was changed", marketplace.name),
        paragraphs: vec![
            "It was just changed, and everybody who was signed in to your account is signed out.".to_owned(),
            "If that wasn't you, choose a new one now.".to_owned(),
        ],
        button: button(marketplace, "That wasn't me", "/forgot-password"),
        ..Words::default()
    }
}

pub(super) fn new_browser(marketplace: &Marketplace, device: &str, network: &str) -> Words {
    Words {
        title: format!("A new sign-in to your account at {}", marketplace.name),
        paragraphs: vec![
            format!("{device}, at {network}, has just signed in to your account for the first time."),
            "If that was you, there is nothing to do. If it wasn't, sign it out and change your password."
                .to_owned(),
        ],
        button: button(marketplace, "See where you are signed in", "/account/sessions"),
        ..Words::default()
    }
}

pub(super) fn second_factor_added(marketplace: &Marketplace) -> Words {
    Words {
        title: format!("Your account at {} has a second factor now", marketplace.name),
        paragraphs: vec![
            "From now on a sign-in needs a code by your app as well as the password.".to_owned(),
            "If you didn't set it up, somebody else is in your account: choose a new password, and write to whoever \
             runs the marketplace."
                .to_owned(),
        ],
        button: button(marketplace, "That wasn't me", "/forgot-password"),
        ..Words::default()
    }
}

pub(super) fn second_factor_removed(marketplace: &Marketplace, has_passkeys: bool) -> Words {
    let rest = match has_passkeys {
        true => "Your passkeys are as they were.",
        false => "From now on the password alone signs you in.",
    };
    Words {
        title: format!("Your account at {} asks for no code by an app any more", marketplace.name),
        paragraphs: vec![rest.to_owned()],
        button: button(marketplace, "That wasn't me", "/forgot-password"),
        ..Words::default()
    }
}

pub(super) fn recovery_codes_renewed(marketplace: &Marketplace) -> Words {
    Words {
        title: format!("Your account at {} has new recovery codes", marketplace.name),
        paragraphs: vec![
            "The old ones are worth nothing any more.".to_owned(),
            "If you didn't make them, somebody else is in your account: choose a new password.".to_owned(),
        ],
        button: button(marketplace, "That wasn't me", "/forgot-password"),
        ..Words::default()
    }
}

pub(super) fn passkey_added(marketplace: &Marketplace, name: &str) -> Words {
    Words {
        title: format!("Your account at {} has a new passkey", marketplace.name),
        paragraphs: vec![
            format!("“{name}” signs you in from now on, with or without the password."),
            "If you didn't add it, somebody else is in your account: remove it, choose a new password, and write to \
             whoever runs the marketplace if you can't get in."
                .to_owned(),
        ],
        button: button(marketplace, "See your passkeys", "/account/second-factor"),
        ..Words::default()
    }
}

pub(super) fn passkey_removed(marketplace: &Marketplace, name: &str, was_last: bool) -> Words {
    let rest = match was_last {
        true => "It was the last second factor: from now on the password alone signs you in.",
        false => "Your other second factors are as they were.",
    };
    Words {
        title: format!("A passkey was removed from your account at {}", marketplace.name),
        paragraphs: vec![format!("“{name}” signs nobody in any more. {rest}")],
        button: button(marketplace, "That wasn't me", "/forgot-password"),
        ..Words::default()
    }
}

pub(super) fn leaving(marketplace: &Marketplace) -> Words {
    Words {
        title: format!("Your account at {} will be deleted", marketplace.name),
        paragraphs: vec![
            "In seven days your name, your address and what you sell are gone. People you wrote with keep their \
             conversations, under “Deleted account”."
                .to_owned(),
            "Sign in before that, and you can keep it.".to_owned(),
        ],
        button: button(marketplace, "Keep my account", "/account/leave"),
        ..Words::default()
    }
}
