//! The form: what is typed, what it means, and how two of them differ.

use super::{Settings, accent::Accent, country::is_country};
use crate::settings::sentences;
use crate::web::{Contact, FieldErrors, Marketplace, Registration, form};

const MAX_TAGLINE: usize = 120;
const MAX_BANNER: usize = 300;
const MAX_CONTACT: usize = 254;
const MAX_ZONE: usize = 60;

/// The texts of the fields, as they are sent and shown again.
#[derive(Clone, Debug, Default)]
pub struct SettingsForm {
    pub name: String,
    pub tagline: String,
    pub contact: String,
    pub banner: String,
    pub country: String,
    pub time_zone: String,
    pub accent: String,
    pub currencies: Vec<String>,
    pub default_currency: String,
    pub registration: String,
    pub reviews_first: bool,
    /// Of the saved state that the form was opened with.
    pub version: String,
}

impl SettingsForm {
    pub fn of(settings: &Settings) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        SettingsForm {
            name: text(&settings.name),
            tagline: settings.tagline.clone(),
            contact: text(&settings.contact),
            banner: settings.banner.clone(),
            country: text(&settings.country),
            time_zone: text(&settings.time_zone),
            accent: settings.accent.map(Accent::hex).unwrap_or_default(),
            currencies: settings.currencies.clone(),
            default_currency: text(&settings.default_currency),
            registration: settings.registration.code().to_owned(),
            reviews_first: settings.reviews_first,
            version: settings.version.to_string(),
        }
    }

    pub fn read(fields: Vec<(String, String)>) -> Self {
        let mut form = SettingsForm::default();
        for (field, value) in fields.into_iter().take(100) {
            match &*field {
                "name" => form.name = value,
                "tagline" => form.tagline = value,
                "contact" => form.contact = value,
                "banner" => form.banner = value,
                "country" => form.country = value,
                "time_zone" => form.time_zone = value,
                "accent" => form.accent = value,
                "currencies" => form.currencies.push(value),
                "default_currency" => form.default_currency = value,
                "registration" => form.registration = value,
                "reviews_first" => form.reviews_first = true,
                "version" => form.version = value,
                _ => {}
            }
        }
        form
    }

    /// What it means. `is_currency`: of those that prices can be in. Whether the time zone exists is for the database to
    /// say.
    pub fn check(&self, is_currency: impl Fn(&str) -> bool, errors: &mut FieldErrors) -> Option<Settings> {
        let name = errors.check("name", form::optional_line(&self.name, Marketplace::MAX_NAME));
        let tagline = errors.check("tagline", form::optional_line(&self.tagline, MAX_TAGLINE));
        let banner = errors.check("banner", form::optional_line(&self.banner, MAX_BANNER));
        let contact = errors.check("contact", contact(&self.contact));
        let time_zone = errors.check("time_zone", form::optional_line(&self.time_zone, MAX_ZONE));
        let country = self.country.trim();
        if !country.is_empty() && !is_country(country) {
            errors.add("country", sentences::PLEASE_CHOOSE_A_COUNTRY);
        }
        let accent = match (self.accent.trim(), Accent::parse(&self.accent)) {
            ("", _) => None,
            (_, Some(accent)) => Some(accent),
            (_, None) => {
                errors.add("accent", sentences::A_COLOUR_LOOKS_LIKE_0D5C49);
                None
            }
        };
        if !self.currencies.iter().all(|code| is_currency(code)) {
            errors.add("currencies", sentences::PLEASE_CHOOSE_CURRENCIES_OF_THE_LIST);
        }
        let default = self.default_currency.trim();
        let is_offered = self.currencies.is_empty() || self.currencies.iter().any(|code| code == default);
        if !default.is_empty() && (!is_currency(default) || !is_offered) {
            errors.add("default_currency", sentences::PLEASE_CHOOSE_ONE_OF_THE_CURRENCIES_THAT_PRICES_MAY);
        }
        let registration = Registration::from_code(&self.registration);
        if registration.is_none() {
            errors.add("registration", sentences::PLEASE_CHOOSE_WHO_MAY_REGISTER);
        }
        let version = self.version.parse();
        if version.is_err() {
            errors.add("", sentences::PLEASE_OPEN_THIS_PAGE_AGAIN);
        }
        if !errors.is_empty() {
            return None;
        }
        Some(Settings {
            name: none_if_empty(name?),
            tagline: tagline?,
            contact: none_if_empty(contact?),
            banner: banner?,
            country: none_if_empty(country.to_owned()),
            time_zone: none_if_empty(time_zone?),
            accent,
            logo: None,
            currencies: self.currencies.clone(),
            default_currency: none_if_empty(default.to_owned()),
            registration: registration?,
            reviews_first: self.reviews_first,
            version: version.ok()?,
            is_saved: true,
        })
    }

    /// The fields that differ: label, this one's text, the other's.
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let of = |form: &Self| {
            [
                ("name", form.name.clone()),
                ("tagline", form.tagline.clone()),
                ("contact", form.contact.clone()),
                ("banner", form.banner.clone()),
                ("country", form.country.clone()),
                ("time zone", form.time_zone.clone()),
                ("colour", form.accent.clone()),
                ("currencies", form.currencies.join(" ")),
                ("default currency", form.default_currency.clone()),
                ("registration", form.registration.clone()),
                ("first product", if form.reviews_first { "waits" } else { "is live" }.to_owned()),
            ]
        };
        let pairs = of(self).into_iter().zip(of(other));
        pairs
            .filter(|(one, other)| one != other)
            .map(|((label, one), (_, other))| (label, one, other))
            .collect()
    }
}

fn none_if_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn contact(text: &str) -> Result<String, String> {
    let text = form::optional_line(text, MAX_CONTACT)?;
    if text.is_empty() || Contact::parse(&text).is_some() {
        return Ok(text);
    }
    Err(sentences::PLEASE_GIVE_AN_E_MAIL_ADDRESS.to_owned())
}
