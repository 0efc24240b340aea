//! Sitemaps (sitemaps.org): every address that search engines may list, also where there are a million products.
//!
//! ```text
//! /robots.txt → /sitemap.xml, the index → /sitemaps/pages.xml         pages that are always there, and categories
//!                                       → /sitemaps/products-1.xml …  one for each 50,000 numbers of products
//! ```
//!
//! A part is a range of numbers: nothing is counted, and a product stays in its part whatever becomes of the others. It is
//! read by keyset and sent in pieces (a streamed body), so that it takes as much memory as one piece. Strangers can ask
//! for it as often as they like: the index waits for its turn among visitors' searches, pieces are read a few at a time, and
//! whoever reads slowly holds nothing meanwhile.
//!
//! Invariant: what is in it was listed when its piece was read, and no part has more than [`MAX_URLS`].

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, future, stream};
use sqlx::PgPool;
use time::format_description::well_known::Rfc3339;

use super::super::{
    BrowseLimits,
    store::{self, sitemap::SitemapRow},
};
use crate::products::{Catalogue, product_path};
use crate::web::{ClientAddr, Error, Path, PlainError, ShellSource, with_request_timeout};

/// The protocol allows no more in one file; of these, 10 MB.
const MAX_URLS: i64 = 50_000;
const PIECE: i64 = 1_000;

const XML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/// `GET /sitemap.xml`
pub async fn index(
    (State(db), State(limits)): (State<PgPool>, State<BrowseLimits>),
    (State(shell), ClientAddr(addr)): (State<ShellSource>, ClientAddr),
) -> Result<Response, PlainError> {
    // The dearest of it: where hundreds of thousands in a row are sold, a tenth of a second.
    let (turn, _) = limits.acquire(true, addr).await?;
    let parts = with_request_timeout(store::sitemap::parts(&db, MAX_URLS)).await?;
    drop(turn);
    let origin = &shell.0.marketplace().origin.0;
    let products = parts.iter().map(|part| format!("products-{}", part + 1));
    let files = std::iter::once("pages".to_owned()).chain(products);
    let files: String =
        files.map(|file| format!("<sitemap><loc>{origin}/sitemaps/{file}.xml</loc></sitemap>\n")).collect();
    let text = format!("{DECLARATION}<sitemapindex {NAMESPACE}>\n{files}</sitemapindex>\n");
    Ok((XML, text).into_response())
}

/// `GET /sitemaps/{file}`
pub async fn file(
    (State(db), State(limits)): (State<PgPool>, State<BrowseLimits>),
    (State(shell), State(catalogue)): (State<ShellSource>, State<Catalogue>),
    Path(file): Path<String>,
) -> Result<Response, PlainError> {
    let name = file.strip_suffix(".xml").ok_or(Error::NotFound)?;
    if name == "pages" {
        return Ok(pages(&shell, &catalogue).await?);
    }
    let part = name.strip_prefix("products-").filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let part: i64 = part.and_then(|part| part.parse().ok()).ok_or(Error::NotFound)?;
    let until = part.checked_mul(MAX_URLS).ok_or(Error::NotFound)?;
    let origin = shell.0.marketplace().origin.0.clone();
    let mut reader = Reader { db, limits, origin, after: until - MAX_URLS, until };
    let first = reader.next().await?.ok_or(Error::NotFound)?;
    let head = format!("{DECLARATION}<urlset {NAMESPACE}>\n{first}");
    let rest = stream::try_unfold(Some(reader), async |reader| {
        let Some(mut reader) = reader else { return Ok::<_, Error>(None) };
        Ok(Some(match reader.next().await? {
            Some(urls) => (urls, Some(reader)),
            None => ("</urlset>\n".to_owned(), None),
        }))
    });
    Ok((XML, Body::from_stream(stream::once(future::ready(Ok(head))).chain(rest))).into_response())
}

async fn pages(shell: &ShellSource, catalogue: &Catalogue) -> Result<Response, Error> {
    let (marketplace, facts) = (shell.0.marketplace(), catalogue.facts().await?);
    let paths = ["/", "/products", "/about"].map(str::to_owned).into_iter();
    let paths = paths.chain(marketplace.legal.iter().map(|page| page.path()));
    let categories = facts.categories.iter().map(|category| format!("/products?category={}", category.slug));
    let urls: String = paths
        .chain(categories)
        .map(|path| format!("<url><loc>{}{path}</loc></url>\n", marketplace.origin.0))
        .collect();
    Ok((XML, format!("{DECLARATION}<urlset {NAMESPACE}>\n{urls}</urlset>\n")).into_response())
}

/// Reads a part, piece by piece.
struct Reader {
    db: PgPool,
    limits: BrowseLimits,
    origin: Arc<str>,
    after: i64,
    until: i64,
}

impl Reader {
    /// The next piece's elements; none after the last.
    async fn next(&mut self) -> Result<Option<String>, Error> {
        let turn = self.limits.acquire_sitemap().await?;
        let piece = store::sitemap::piece(&self.db, (self.after, self.until), PIECE);
        let rows = with_request_timeout(piece).await?;
        drop(turn);
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.id;
        rows.iter().map(|row| self.url(row)).collect::<Result<_, _>>().map(Some)
    }

    /// Nothing in it has to be escaped: an origin, digits, a slug, a date.
    fn url(&self, row: &SitemapRow) -> Result<String, Error> {
        let at = row.updated_at.replace_nanosecond(0).unwrap_or(row.updated_at);
        let at = at.format(&Rfc3339).map_err(|error| Error::Internal(error.into()))?;
        let path = product_path(row.id, &row.title);
        Ok(format!("<url><loc>{}{path}</loc><lastmod>{at}</lastmod></url>\n", self.origin))
    }
}
