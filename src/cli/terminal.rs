//! What the commands print for the person at the terminal.

use super::seed;

/// Says what takes more than a moment.
pub(super) fn print_step(step: &str) {
    println!("{step}");
}

pub(super) fn summary(inserted: &seed::SeedSummary) -> String {
    let seed::SeedSummary { people, products, rooms, entries, .. } = inserted;
    format!(
        "A demo marketplace: {people} people, {products} products, {rooms} conversations with {entries} messages."
    )
}

pub(super) fn grown_summary(inserted: &seed::grown::GrownSummary) -> String {
    let seed::grown::GrownSummary { people, products, rooms, messages } = inserted;
    format!(
        "The demo, and beside it {people} people, {products} products, {rooms} conversations with {messages} messages."
    )
}

pub(super) fn sign_ins() -> anyhow::Result<String> {
    let seed::SignIns { buyer, seller, admin } = seed::sign_ins()?;
    let password = seed::PASSWORD;
    Ok(format!(
        "Sign in as\n  a buyer    {buyer}\n  a seller   {seller}\n  an admin   {admin}\nall with the password {password}"
    ))
}

/// A line at every tenth of the way.
pub(super) fn picture_progress() -> impl FnMut(usize, usize) {
    let mut told = 0;
    move |done, total| {
        let tenths = done * 10 / total.max(1);
        if tenths > told {
            told = tenths;
            println!("Demo pictures: {done} of {total}");
        }
    }
}
