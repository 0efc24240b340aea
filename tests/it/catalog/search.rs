//! Searching as people type.

use std::collections::HashSet;

use haggle::{
    catalog::index::question::parse,
    cli::seed::grown::{self, GrownSize},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use crate::support::{Person, Product, TestApp};

use super::titles;

/// Reports of real users: title, what they typed, and whether it must be found.
const CASES: &str = include_str!("search.tsv");
const RELEVANCE: &str = include_str!("relevance.tsv");

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

async fn found(person: &Person, question: &str) -> Vec<String> {
    titles(person, &format!("/products?q={}", encoded(question))).await
}

#[tokio::test]
async fn what_people_typed_finds_what_they_meant() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let cases: Vec<Vec<&str>> = CASES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
        .collect();
    let all: HashSet<&str> = cases.iter().map(|case| case[0]).collect();
    for title in all {
        Product::new(title).create(&app, &seller).await;
    }
    let visitor = app.visitor();
    let mut wrong = Vec::new();
    for case in &cases {
        let is_found = found(&visitor, case[1]).await.iter().any(|title| title == case[0]);
        if is_found != (case[2] == "yes") {
            wrong.push(format!("{} | {} | {is_found}", case[0], case[1]));
        }
    }
    assert!(
        cases.len() > 30 && wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// The titles of a row's first page, and how many of the first five fit.
fn fits(title: &str, pattern: &[&str]) -> bool {
    let words: Vec<String> = title
        .to_lowercase()
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',']).to_owned())
        .collect();
    let has =
        |wanted: &str| wanted.split(',').any(|wanted| words.iter().any(|word| word.starts_with(wanted)));
    pattern.iter().all(|wanted| match wanted.strip_prefix('"') {
        Some(phrase) => title.to_lowercase().contains(phrase.trim_end_matches('"')),
        None => has(wanted),
    })
}

/// `a "b c" -d` in its parts.
fn parts(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = pattern.trim();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(inside) => inside.find("\" ").map_or(rest.len(), |at| at + 2),
            None => rest.find(' ').unwrap_or(rest.len()),
        };
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    parts
}

#[tokio::test]
async fn the_first_five_are_what_was_meant() {
    let app = TestApp::start().await;
    grown::insert(&app.db, &GrownSize::new(20_000, Some(50), Some(0), 1), |_| ()).await.unwrap();
    let visitor = app.visitor();
    let (mut rows, mut missed) = (0, Vec::new());
    for line in RELEVANCE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let wanted: usize = columns[2].parse().unwrap();
        let (excluded, pattern): (Vec<&str>, Vec<&str>) =
            parts(columns[1]).into_iter().partition(|part| part.starts_with('-'));
        let first: Vec<String> = found(&visitor, columns[0]).await.into_iter().take(5).collect();
        let good = first.iter().filter(|title| fits(title, &pattern)).count();
        let bad = first.iter().any(|title| excluded.iter().any(|word| fits(title, &[&word[1..]])));
        rows += 1;
        if good < wanted || bad {
            missed.push(format!("{line}: {first:?}"));
        }
    }
    assert_eq!(rows, 60);
    assert!(missed.len() <= 3, "{} of {rows} are missed:\n{}", missed.len(), missed.join("\n"));
}

/// Title, category, price, currency, condition, place, days.
type Row = (String, i64, i64, &'static str, &'static str, &'static str, i32);

type Fits = Box<dyn Fn(&Row) -> bool>;

/// Every hit fulfils every filter, none is left out, and the counts are right: against a plain scan of what there is.
#[tokio::test]
async fn filters_never_lie() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let mut random = StdRng::seed_from_u64(17);
    let (words, places) =
        (["bike", "lamp", "table", "chair", "desk"], ["Brno", "Brno 2", "Porto", "Prague", "Xqzw"]);
    let (conditions, currencies) = (["new", "good", "fair"], ["EUR", "CZK"]);
    let mut rows = Vec::new();
    for number in 0..400 {
        let title =
            format!("{} {} {number}", words.choose(&mut random).unwrap(), words.choose(&mut random).unwrap());
        rows.push((
            title,
            random.random_range(1..=4_i64),
            random.random_range(0..50_i64) * 100,
            *currencies.choose(&mut random).unwrap(),
            *conditions.choose(&mut random).unwrap(),
            *places.choose(&mut random).unwrap(),
            random.random_range(0..20_i32),
        ));
    }
    for (title, category, price, currency, condition, place, days) in &rows {
        sqlx::query(
            "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place, created_at)
             VALUES ($1, $2, $3, '', $4, $5, $6, $7, now() - $8 * interval '1 day' - random() * interval '1 hour')",
        )
        .bind(seller.seller_id())
        .bind(category)
        .bind(title)
        .bind(price)
        .bind(currency)
        .bind(condition)
        .bind(place)
        .bind(days)
        .execute(&app.db)
        .await
        .unwrap();
    }
    let categories: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, slug FROM categories ORDER BY id").fetch_all(&app.db).await.unwrap();
    let visitor = app.visitor();
    for _ in 0..150 {
        let mut query = Vec::new();
        let mut wanted: Vec<Fits> = Vec::new();
        if random.random_bool(0.5) {
            let word = *words.choose(&mut random).unwrap();
            query.push(format!("q={word}"));
            wanted.push(Box::new(move |row| row.0.contains(word)));
        }
        if random.random_bool(0.4) {
            let (id, slug) = &categories[random.random_range(0..4)];
            query.push(format!("category={slug}"));
            let id = *id;
            wanted.push(Box::new(move |row| row.1 == id));
        }
        let currency = *currencies.choose(&mut random).unwrap();
        if random.random_bool(0.5) {
            let (a, b) = (random.random_range(0..50_i64), random.random_range(0..50_i64));
            query.push(format!("min={a}&max={b}&currency={currency}"));
            let (low, high) = (a.min(b) * 100, a.max(b) * 100);
            wanted.push(Box::new(move |row| row.3 == currency && (low..=high).contains(&row.2)));
        }
        if random.random_bool(0.3) {
            let condition = *conditions.choose(&mut random).unwrap();
            query.push(format!("condition={condition}"));
            wanted.push(Box::new(move |row| row.4 == condition));
        }
        match random.random_range(0..4) {
            0 => {
                query.push("place=brno".to_owned());
                wanted.push(Box::new(|row| row.5.starts_with("Brno")));
            }
            1 => {
                // Prague is 185 km from Brno, Porto is not.
                query.push("place=Brno&within=250".to_owned());
                wanted.push(Box::new(|row| row.5.starts_with("Brno") || row.5 == "Prague"));
            }
            _ => {}
        }
        if random.random_bool(0.3) {
            query.push("posted=7".to_owned());
            wanted.push(Box::new(|row| row.6 < 7));
        }
        let sort = *["newest", "price_low", "price_high", "relevance"].choose(&mut random).unwrap();
        query.push(format!("sort={sort}"));
        if sort.starts_with("price") && !query.iter().any(|part| part.contains("currency=")) {
            query.push(format!("currency={currency}"));
            wanted.push(Box::new(move |row| row.3 == currency));
        }
        let mut expected: Vec<&str> =
            rows.iter().filter(|row| wanted.iter().all(|fits| fits(row))).map(|row| row.0.as_str()).collect();
        let mut path = format!("/products?{}", query.join("&"));
        let page = visitor.get(&path).await.ok();
        let lead = page.text(".page-lead").to_owned();
        let mut seen = Vec::new();
        loop {
            let page = visitor.get(&path).await.ok();
            seen.extend(page.texts(".product-card-title"));
            if !page.has("a[rel=next]") {
                break;
            }
            path = page.attr("a[rel=next]", "href").to_owned();
        }
        let said = match expected.len() {
            0 => "Nothing found".to_owned(),
            1 => "1 offer".to_owned(),
            count => format!("{count} offers"),
        };
        assert_eq!(lead, said, "{query:?}");
        seen.sort();
        expected.sort_unstable();
        assert_eq!(seen, expected, "{query:?}");
    }
}

/// Whatever is typed is read within bounds, and answered.
#[tokio::test]
async fn no_string_of_characters_breaks_it() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    Product::new("Bicycle").create(&app, &seller).await;
    let visitor = app.visitor();
    let mut random = StdRng::seed_from_u64(3);
    let alphabet: Vec<char> =
        "abc \"'-+|()*?~^:\\/&%_,.;<>\u{0}\u{301}ßΣイ自😀\u{202e}\u{feff}0123".chars().collect();
    for _ in 0..120 {
        let length = random.random_range(0..60);
        let question: String = (0..length).map(|_| *alphabet.choose(&mut random).unwrap()).collect();
        visitor.get(&format!("/products?q={}", encoded(&question))).await.ok();
        assert!(parse(&question).len() <= 12);
    }
    let long = visitor.get(&format!("/products?q={}", "bicycle%20".repeat(400))).await.ok();
    assert!(long.text(".page-note").contains("very long"), "a question is cut with a word about it");
}

#[tokio::test]
async fn nothing_found_says_which_word_spoils_it() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    for title in ["Red bicycle", "Blue bicycle", "Red lamp"] {
        Product::new(title).create(&app, &seller).await;
    }
    let visitor = app.visitor();
    let page = visitor.get("/products?q=red+qxzwv+bicycle").await.ok();
    assert!(page.text(".empty").contains("qxzwv"), "{}", page.text(".empty"));
    let without = page.attr(".empty a.button-primary", "href").to_owned();
    assert_eq!(titles(&visitor, &without).await, ["Red bicycle"]);
    // Each has something, all together nothing.
    let page = visitor.get("/products?q=blue+lamp").await.ok();
    assert!(page.has(".empty a.button-primary"));
    let page = visitor.get("/products?q=qxzwv").await.ok();
    assert!(!page.has(".empty a.button-primary"), "one word alone can't be left out");
}

#[tokio::test]
async fn what_is_reserved_comes_last() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let old = Product::new("Old bicycle").create(&app, &seller).await;
    let reserved = Product::new("Bicycle").create(&app, &seller).await;
    sqlx::query("UPDATE products SET reserved_at = now() WHERE id = $1")
        .bind(reserved)
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(found(&app.visitor(), "bicycle").await, ["Old bicycle", "Bicycle"]);
    sqlx::query("UPDATE products SET sold_at = now() WHERE id = $1")
        .bind(old)
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(found(&app.visitor(), "bicycle").await, ["Bicycle"]);
}
