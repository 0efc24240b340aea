//! Opens the photo store that the settings name.

use anyhow::Context;
use object_store::aws::AmazonS3Builder;

use crate::{
    config::{Config, PhotoPlace, S3Settings},
    products::photos::{Bucket, Uploads},
};

/// Nothing is written or asked yet.
pub(super) fn open_uploads(config: &Config) -> anyhow::Result<Uploads> {
    let s3 = match config.uploads()? {
        PhotoPlace::Folder(folder) => return Ok(Uploads::new(folder)),
        PhotoPlace::S3(s3) => s3,
    };
    let S3Settings { bucket, prefix, endpoint, region, access_key_id, secret_access_key, allow_http } = s3;
    let mut store = AmazonS3Builder::new()
        .with_region(region)
        .with_access_key_id(access_key_id)
        .with_secret_access_key(secret_access_key);
    if let Some(endpoint) = endpoint {
        store = store.with_endpoint(endpoint);
    }
    let bucket = Bucket::open(store, &bucket, &prefix, allow_http).context("HAGGLE_UPLOADS can't be used")?;
    Ok(Uploads::in_bucket(bucket, config.data.join("spool")))
}
