//! Accounts and their profiles.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{PgConnection, types::Json};

use crate::{
    accounts::Hash,
    cli::seed::{
        error::SeedError,
        fixtures::{DemoSeller, People},
    },
};

/// The profiles' ids, by the person's key.
#[derive(Default)]
pub(super) struct ProfileIds<'a> {
    buyers: HashMap<&'a str, i64>,
    sellers: HashMap<&'a str, i64>,
}

impl ProfileIds<'_> {
    pub fn buyer(&self, key: &str) -> Result<i64, SeedError> {
        self.buyers.get(key).copied().ok_or_else(|| SeedError::unknown("buyer", key))
    }

    pub fn seller(&self, key: &str) -> Result<i64, SeedError> {
        self.sellers.get(key).copied().ok_or_else(|| SeedError::unknown("seller", key))
    }
}

#[derive(Serialize)]
struct AccountRow<'a> {
    email: &'a str,
    name: &'a str,
    is_admin: bool,
    days_ago: f64,
}

#[derive(Serialize)]
struct CustomerRow<'a> {
    email: &'a str,
    shop_name: &'a str,
    place: &'a str,
    about: &'a str,
}

pub(super) async fn insert<'a>(
    tx: &mut PgConnection,
    people: &'a People,
    hash: &Hash,
) -> Result<ProfileIds<'a>, SeedError> {
    insert_accounts(tx, people, hash).await?;
    sqlx::query!("INSERT INTO buyers (account_id) SELECT id FROM accounts WHERE NOT is_admin ORDER BY id")
        .execute(&mut *tx)
        .await?;
    insert_customers(tx, people).await?;

    let mut ids = ProfileIds::default();
    let profiles = sqlx::query!(
        r#"SELECT a.email, b.id AS buyer_id, c.id AS "seller_id?"
           FROM accounts a JOIN buyers b ON b.account_id = a.id LEFT JOIN customers c ON c.account_id = a.id"#
    )
    .fetch_all(tx)
    .await?;
    let profiles: HashMap<_, _> =
        profiles.into_iter().map(|row| (row.email, (row.buyer_id, row.seller_id))).collect();
    for buyer in &people.buyers {
        if let Some(&(id, _)) = profiles.get(&buyer.email) {
            ids.buyers.insert(&buyer.key, id);
        }
    }
    for seller in &people.sellers {
        if let Some(&(_, Some(id))) = profiles.get(&seller.email) {
            ids.sellers.insert(&seller.key, id);
        }
    }
    Ok(ids)
}

async fn insert_accounts(tx: &mut PgConnection, people: &People, hash: &Hash) -> Result<(), SeedError> {
    let buyers = people.buyers.iter().map(|buyer| (&buyer.email, &buyer.name, buyer.joined_days_ago));
    let sellers = people.sellers.iter().map(|seller| (&seller.email, &seller.name, seller.joined_days_ago));
    let admin = AccountRow {
        email: &people.admin.email,
        name: &people.admin.name,
        is_admin: true,
        days_ago: people.admin.joined_days_ago,
    };
    let mut rows: Vec<_> = buyers
        .chain(sellers)
        .map(|(email, name, days_ago)| AccountRow { email, name, is_admin: false, days_ago })
        .collect();
    rows.push(admin);
    sqlx::query!(
        "INSERT INTO accounts (email, name, password_hash, is_admin, is_demo, created_at)
         SELECT email, name, $2, is_admin, true, now() - days_ago * interval '1 day'
         FROM jsonb_to_recordset($1) AS p(email text, name text, is_admin boolean, days_ago float8)",
        Json(&rows) as _,
        hash.as_str()
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert_customers<'a>(tx: &mut PgConnection, people: &'a People) -> Result<(), SeedError> {
    let shop = |DemoSeller { email, shop_name, place, about, .. }: &'a DemoSeller| CustomerRow {
        email,
        shop_name,
        place,
        about,
    };
    let rows: Vec<_> = people.sellers.iter().map(shop).collect();
    sqlx::query!(
        "INSERT INTO customers (account_id, shop_name, place, about, created_at)
         SELECT a.id, p.shop_name, p.place, p.about, a.created_at
         FROM jsonb_to_recordset($1) AS p(email text, shop_name text, place text, about text)
         JOIN accounts a USING (email)
         ORDER BY a.id",
        Json(&rows) as _
    )
    .execute(tx)
    .await?;
    Ok(())
}
