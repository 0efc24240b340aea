use super::{BoundingBox, Place, bounding_box, distance_km};

/// Around a town.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// Degrees.
    pub lat: f32,
    pub lon: f32,
    /// Kilometres.
    pub radius: f64,
}

impl Circle {
    pub fn around(place: &Place, radius: f64) -> Self {
        Circle { lat: place.lat, lon: place.lon, radius }
    }

    /// How many kilometres away a point is, if it is within.
    pub fn distance(&self, lat: f32, lon: f32) -> Option<f64> {
        let distance = distance_km((self.lat, self.lon), (lat, lon));
        (distance <= self.radius).then_some(distance)
    }

    pub fn bounding_box(&self) -> BoundingBox {
        bounding_box(self.lat, self.lon, self.radius)
    }
}
