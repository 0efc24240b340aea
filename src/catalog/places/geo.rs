//! Great circles: how far two points are from one another, and a box that holds all points within a distance.

const EARTH_KM: f64 = 6371.0088;
/// Half around the world.
const FARTHEST_KM: f64 = EARTH_KM * std::f64::consts::PI;

/// Latitude and longitude in degrees, by the haversine formula.
pub fn distance_km(a: (f32, f32), b: (f32, f32)) -> f64 {
    let (lat_a, lat_b) = (f64::from(a.0).to_radians(), f64::from(b.0).to_radians());
    let lon = (f64::from(b.1) - f64::from(a.1)).to_radians();
    let half = ((lat_b - lat_a) / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (lon / 2.0).sin().powi(2);
    2.0 * EARTH_KM * half.clamp(0.0, 1.0).sqrt().asin()
}

/// What an index can ask: latitudes from south to north, longitudes in one range, or in two where 180° is crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    pub south: f64,
    pub north: f64,
    /// West and east, the west never the greater.
    pub longitudes: (f64, f64),
    pub beyond_180: Option<(f64, f64)>,
}

impl BoundingBox {
    pub fn contains(&self, lat: f32, lon: f32) -> bool {
        let (lat, lon) = (f64::from(lat), f64::from(lon));
        let is_in = |(west, east): (f64, f64)| (west..=east).contains(&lon);
        (self.south..=self.north).contains(&lat)
            && (is_in(self.longitudes) || self.beyond_180.is_some_and(is_in))
    }
}

/// The box around every point within `km` of a point. A pole inside means all longitudes.
pub fn bounding_box(lat: f32, lon: f32, km: f64) -> BoundingBox {
    // A little more than asked for, so that rounding never loses a point on the edge.
    let km = if km.is_nan() { 0.0 } else { km.clamp(0.0, FARTHEST_KM) } * 1.0001 + 0.001;
    let angle = km / EARTH_KM;
    let lat = f64::from(lat).clamp(-90.0, 90.0);
    let (south, north) = (lat - angle.to_degrees(), lat + angle.to_degrees());
    let whole = (-180.0, 180.0);
    if south <= -90.0 || north >= 90.0 {
        return BoundingBox {
            south: south.max(-90.0),
            north: north.min(90.0),
            longitudes: whole,
            beyond_180: None,
        };
    }
    // Where the circle's meridians touch it, which is not at the point's own latitude.
    let half = (angle.sin() / lat.to_radians().cos()).clamp(-1.0, 1.0).asin().to_degrees();
    let (west, east) = (f64::from(lon) - half, f64::from(lon) + half);
    let (longitudes, beyond_180) = if west < -180.0 {
        ((-180.0, east), Some((west + 360.0, 180.0)))
    } else if east > 180.0 {
        ((west, 180.0), Some((-180.0, east - 360.0)))
    } else {
        ((west, east), None)
    };
    BoundingBox { south, north, longitudes, beyond_180 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: (f32, f32) = (52.5244, 13.4105);
    const BRNO: (f32, f32) = (49.1952, 16.608);

    #[test]
    fn distances_are_those_of_the_earth() {
        assert!((distance_km(BERLIN, BRNO) - 434.0).abs() < 5.0, "{}", distance_km(BERLIN, BRNO));
        assert_eq!(distance_km(BRNO, BRNO), 0.0);
        assert!((distance_km((0.0, 0.0), (0.0, 180.0)) - FARTHEST_KM).abs() < 0.1);
        assert!((distance_km((0.0, 179.9), (0.0, -179.9)) - 22.24).abs() < 0.1);
        assert!((distance_km((90.0, 10.0), (90.0, -170.0))).abs() < 0.01);
    }

    #[test]
    fn whatever_is_within_the_distance_is_in_the_box() {
        let mut inside = 0;
        for lat in [-90.0f32, -89.9, -60.0, -16.8, 0.0, 49.2, 67.0, 89.5, 90.0] {
            for lon in [-180.0f32, -179.9, -30.0, 0.0, 16.6, 179.95, 180.0] {
                for km in [0.0, 1.0, 25.0, 300.0, 2_000.0, 11_000.0, 20_100.0] {
                    let around = bounding_box(lat, lon, km);
                    for step in 0..2_000u32 {
                        // Points spread around the first one, near and far.
                        let far = (step % 50 + 1) as f32 / 50.0 * (km as f32 / 100.0).clamp(0.02, 180.0);
                        let turn = step as f32 * 2.399_963;
                        let (to_lat, to_lon) = (lat + far * turn.sin(), lon + far * turn.cos() * 3.0);
                        let to = (to_lat.clamp(-90.0, 90.0), (to_lon + 540.0).rem_euclid(360.0) - 180.0);
                        if distance_km((lat, lon), to) <= km {
                            inside += 1;
                            assert!(around.contains(to.0, to.1), "{lat} {lon} {km} {to:?} {around:?}");
                        }
                    }
                }
            }
        }
        assert!(inside > 10_000, "{inside}");
    }

    #[test]
    fn a_box_over_180_has_two_ranges_and_one_with_a_pole_has_all() {
        let fiji = bounding_box(-16.8, 179.98, 25.0);
        assert!(fiji.beyond_180.is_some() && fiji.contains(-16.8, -179.9) && fiji.contains(-16.8, 179.8));
        assert!(!fiji.contains(-16.8, 0.0) && !fiji.contains(-16.8, -179.0));
        let pole = bounding_box(89.9, 50.0, 25.0);
        assert_eq!((pole.north, pole.longitudes, pole.beyond_180), (90.0, (-180.0, 180.0), None));
        assert!(pole.contains(89.95, -130.0) && !pole.contains(89.0, 50.0));
        let south = bounding_box(-90.0, 0.0, 100.0);
        assert!(south.south == -90.0 && south.north < -89.0);
        let brno = bounding_box(BRNO.0, BRNO.1, 25.0);
        assert!(brno.beyond_180.is_none() && !brno.contains(BERLIN.0, BERLIN.1));
    }

    #[test]
    fn numbers_that_are_none_do_no_harm() {
        for km in [f64::NAN, f64::INFINITY, -5.0, 1e300] {
            let _ = bounding_box(f32::NAN, f32::INFINITY, km);
            assert!(bounding_box(BRNO.0, BRNO.1, km).contains(BRNO.0, BRNO.1));
        }
    }
}
