//! Bytes that are compressed once, and sent to each reader as they take them.

use std::sync::OnceLock;

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};

/// Lives as long as the program.
pub struct Compressed {
    whole: Vec<u8>,
    brotli: OnceLock<Vec<u8>>,
    gzip: OnceLock<Vec<u8>>,
}

impl Compressed {
    pub fn new(whole: Vec<u8>) -> Self {
        Self { whole, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    pub fn whole(&self) -> &[u8] {
        &self.whole
    }

    pub fn compress(&self) {
        let _ = (self.brotli(), self.gzip());
    }

    pub fn for_reader(&'static self, headers: &HeaderMap) -> Response {
        let vary = [(header::VARY, "accept-encoding")];
        let coded = |coding| [(header::CONTENT_ENCODING, coding)];
        if takes(headers, "br") {
            (vary, coded("br"), self.brotli()).into_response()
        } else if takes(headers, "gzip") {
            (vary, coded("gzip"), self.gzip()).into_response()
        } else {
            (vary, self.whole()).into_response()
        }
    }

    fn brotli(&self) -> &[u8] {
        self.brotli.get_or_init(|| {
            let mut packed = Vec::new();
            let options = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
            brotli::BrotliCompress(&mut &*self.whole, &mut packed, &options).expect("writing to memory");
            packed
        })
    }

    fn gzip(&self) -> &[u8] {
        self.gzip.get_or_init(|| {
            let mut packed = GzEncoder::new(Vec::new(), Compression::best());
            std::io::Write::write_all(&mut packed, &self.whole).expect("writing to memory");
            packed.finish().expect("writing to memory")
        })
    }
}

/// Whether `Accept-Encoding` names it, other than to rule it out.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|choice| {
        let (name, weight) = choice.split_once(';').unwrap_or((choice, ""));
        let is_out = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(coding) && !is_out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_where_it_is_named_and_not_ruled_out() {
        let takes = |line: &'static str| {
            takes(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, line.parse().expect("a value"))]), "br")
        };
        assert!(takes("gzip, deflate, br, zstd") && takes("gzip;q=0.5, BR;q=1") && takes("br"));
        assert!(
            !takes("gzip") && !takes("brx") && !takes("br;q=0, gzip") && !takes("br; q=0.0") && !takes("")
        );
    }
}
