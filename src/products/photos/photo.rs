use super::{PhotoKey, Size};

/// A stored photo, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    pub key: PhotoKey,
    /// Of the largest size, in pixels.
    pub width: u32,
    pub height: u32,
}

impl Photo {
    /// The photo in a row's three columns.
    pub(in super::super) fn from_row(key: &str, width: i32, height: i32) -> sqlx::Result<Self> {
        let side = |side: i32| u32::try_from(side).map_err(|error| sqlx::Error::Decode(error.into()));
        let key =
            key.parse().map_err(|error: super::key::ParsePhotoKeyError| sqlx::Error::Decode(error.into()))?;
        Ok(Self { key, width: side(width)?, height: side(height)? })
    }

    pub fn small(&self) -> String {
        self.key.url(Size::Small)
    }

    pub fn medium(&self) -> String {
        self.key.url(Size::Medium)
    }

    pub fn large(&self) -> String {
        self.key.url(Size::Large)
    }

    pub fn preview(&self) -> String {
        self.key.url(Size::Preview)
    }

    /// Width and height of the preview.
    pub fn preview_size(&self) -> (u32, u32) {
        Size::Preview.within(self.width, self.height)
    }

    /// For `<img srcset>`: each size with its width.
    pub fn srcset(&self) -> String {
        self.srcset_at(|size| self.key.url(size))
    }

    /// The same for a photo that is served somewhere else than under `/media`.
    pub fn srcset_at(&self, url: impl Fn(Size) -> String) -> String {
        let mut sizes: Vec<(u32, Size)> = Vec::new();
        for size in [Size::Small, Size::Medium, Size::Large] {
            let (width, _) = size.within(self.width, self.height);
            // A small picture is the same in every size.
            if sizes.last().is_none_or(|(last, _)| *last < width) {
                sizes.push((width, size));
            }
        }
        let each = sizes.iter().map(|(width, size)| format!("{} {width}w", url(*size)));
        each.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_srcset_names_each_width_once() {
        let key: PhotoKey = "0123456789abcdef0123456789abcdef".parse().expect("a key");
        let photo = Photo { key: key.clone(), width: 1200, height: 1600 };
        let url = |size| key.url(size);
        assert_eq!(
            photo.srcset(),
            format!("{} 240w, {} 600w, {} 1200w", url(Size::Small), url(Size::Medium), url(Size::Large))
        );
        let tiny = Photo { key: key.clone(), width: 100, height: 300 };
        assert_eq!(tiny.srcset(), format!("{} 100w", url(Size::Small)));
    }
}
