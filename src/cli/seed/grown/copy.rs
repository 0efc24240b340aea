//! Rows in PostgreSQL's text format of COPY, sent as they are made.

use std::fmt::Write as _;

use sqlx::{PgConnection, postgres::PgCopyIn};

/// What goes to the server in one piece.
const CHUNK: usize = 1 << 18;

pub(super) struct CopyRows<'a> {
    copy: PgCopyIn<&'a mut PgConnection>,
    row: Row,
    pub rows: u64,
}

/// A row under way.
#[derive(Default)]
pub(super) struct Row {
    text: String,
    is_begun: bool,
}

impl Row {
    fn tab(&mut self) {
        if std::mem::replace(&mut self.is_begun, true) {
            self.text.push('\t');
        }
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        self.tab();
        for letter in value.chars() {
            match letter {
                '\\' => self.text.push_str("\\\\"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                _ => self.text.push(letter),
            }
        }
        self
    }

    /// Anything that has no letter to escape: numbers, times, `t` and `f`.
    pub fn plain(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.tab();
        // Writing to a String can't fail.
        let _ = write!(self.text, "{value}");
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.plain("\\N")
    }

    pub fn maybe(&mut self, value: Option<impl std::fmt::Display>) -> &mut Self {
        match value {
            Some(value) => self.plain(value),
            None => self.null(),
        }
    }
}

impl<'a> CopyRows<'a> {
    /// `into`: the table and its columns.
    pub async fn begin(conn: &'a mut PgConnection, into: &str) -> sqlx::Result<Self> {
        let copy = conn.copy_in_raw(&format!("COPY {into} FROM STDIN")).await?;
        Ok(CopyRows { copy, row: Row::default(), rows: 0 })
    }

    pub async fn push(&mut self, fill: impl FnOnce(&mut Row)) -> sqlx::Result<()> {
        fill(&mut self.row);
        self.row.text.push('\n');
        self.row.is_begun = false;
        self.rows += 1;
        if self.row.text.len() >= CHUNK {
            self.copy.send(self.row.text.as_bytes()).await?;
            self.row.text.clear();
        }
        Ok(())
    }

    pub async fn finish(mut self) -> sqlx::Result<u64> {
        self.copy.send(self.row.text.as_bytes()).await?;
        self.copy.finish().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_escaped() {
        let mut row = Row::default();
        row.text("a\tb\\c\nd").plain(7).null().maybe(Some(true)).maybe(None::<i64>);
        assert_eq!(row.text, "a\\tb\\\\c\\nd\t7\t\\N\ttrue\t\\N");
    }
}
