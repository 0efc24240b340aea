//! Encryption at rest (ChaCha20-Poly1305) with a key outside the database: whoever reads a dump or a backup has no
//! second factors by that.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
};

use anyhow::{Context as _, ensure};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};

const KEY_BYTES: usize = 32;

/// Of one marketplace: all its nodes have the same.
#[derive(Clone)]
pub struct SealingKey {
    aead: Arc<LessSafeKey>,
    derive: hmac::Key,
}

impl SealingKey {
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        // The length is that of the algorithm.
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).expect("a key of 32 bytes");
        SealingKey {
            aead: Arc::new(LessSafeKey::new(key)),
            derive: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
        }
    }

    /// A key for something else, which says nothing about this one or any other.
    pub fn derive(&self, purpose: &str) -> [u8; KEY_BYTES] {
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(hmac::sign(&self.derive, purpose.as_bytes()).as_ref());
        key
    }

    /// 64 hexadecimal digits, as `openssl rand -hex 32` writes them. The error doesn't repeat them.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        let is_hex = text.len() == 2 * KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(is_hex, "the key must be 64 hexadecimal digits, as `openssl rand -hex 32` writes them");
        let mut bytes = [0; KEY_BYTES];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16)?;
        }
        Ok(Self::new(bytes))
    }

    /// The key in this file, which is made if there is none.
    pub fn from_file(file: &Path) -> anyhow::Result<Self> {
        let mut options = fs::OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(file) {
            Ok(mut new) => {
                let hex: String =
                    rand::random::<[u8; KEY_BYTES]>().iter().map(|byte| format!("{byte:02x}")).collect();
                new.write_all(hex.as_bytes())?;
                new.sync_all()?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("{} can't be made", file.display())),
        }
        let text = fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
        Self::parse(&text).with_context(|| format!("{}", file.display()))
    }

    /// `owner`: whose it is; it opens for nobody else.
    pub(super) fn seal(&self, owner: i64, secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = secret.to_vec();
        let aad = Aad::from(owner.to_be_bytes());
        let tag = self
            .aead
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("a secret is shorter than 256 GB");
        [&nonce[..], &sealed, tag.as_ref()].concat()
    }

    pub(super) fn open(&self, owner: i64, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        const OTHER_KEY: &str =
            "a second factor was encrypted with another key than this marketplace has now";
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).context(OTHER_KEY)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok().context(OTHER_KEY)?;
        let mut sealed = sealed.to_vec();
        let opened = self.aead.open_in_place(nonce, Aad::from(owner.to_be_bytes()), &mut sealed).ok();
        Ok(opened.context(OTHER_KEY)?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_with_the_same_key_only() {
        let (key, other) = (SealingKey::new([1; 32]), SealingKey::new([2; 32]));
        let sealed = key.seal(7, b"secret");
        assert_eq!(key.open(7, &sealed).unwrap(), b"secret");
        assert_ne!(key.seal(7, b"secret"), sealed, "never twice the same");
        let mut changed = sealed.clone();
        changed[NONCE_LEN] ^= 1;
        for (key, owner, sealed) in
            [(&other, 7, &sealed), (&key, 8, &sealed), (&key, 7, &changed), (&key, 7, &vec![1])]
        {
            assert!(key.open(owner, sealed).is_err());
        }
    }

    #[test]
    fn a_file_keeps_its_key_and_nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let sealed = SealingKey::from_file(&file).unwrap().seal(1, b"x");
        assert_eq!(SealingKey::from_file(&file).unwrap().open(1, &sealed).unwrap(), b"x");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&file, "short").unwrap();
        assert!(SealingKey::from_file(&file).is_err());
    }
}
