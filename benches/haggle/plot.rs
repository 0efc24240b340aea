//! Two lines over the number of rooms, both axes logarithmic, as SVG.

use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 56.0;
const RIGHT: f64 = 24.0;
const BOTTOM: f64 = 48.0;
const COLOURS: [&str; 2] = ["#b4491f", "#6b7280"];

pub fn draw(title: &str, names: [&str; 2], points: &[(f64, [f64; 2])]) -> String {
    let most = points.iter().flat_map(|(_, values)| *values).fold(1.0, f64::max).log10().ceil();
    let least = points.iter().flat_map(|(_, values)| *values).fold(f64::MAX, f64::min).log10().floor();
    let last = points.last().map_or(1.0, |(rooms, _)| rooms.log10().ceil());
    let x = |rooms: f64| LEFT + rooms.log10() / last * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - (value.log10() - least) / (most - least) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#374151"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="{LEFT}" y="22" font-size="14">{title}</text>"##
    );
    for power in least as i32..=most as i32 {
        let (value, at) = (10_f64.powi(power), y(10_f64.powi(power)));
        let _ = write!(
            svg,
            r##"<line x1="{LEFT}" x2="{}" y1="{at:.1}" y2="{at:.1}" stroke="#e5e7eb"/><text x="{}" y="{:.1}" text-anchor="end">{value}</text>"##,
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0
        );
    }
    for (rooms, _) in points {
        let _ = write!(
            svg,
            r#"<text x="{:.1}" y="{}" text-anchor="middle">{rooms}</text>"#,
            x(*rooms),
            HEIGHT - BOTTOM + 18.0
        );
    }
    let _ =
        write!(svg, r#"<text x="{}" y="{}" text-anchor="end">rooms</text>"#, WIDTH - RIGHT, HEIGHT - 10.0);
    for (line, (name, colour)) in names.iter().zip(COLOURS).enumerate() {
        let path: Vec<String> =
            points.iter().map(|(rooms, values)| format!("{:.1},{:.1}", x(*rooms), y(values[line]))).collect();
        let _ = write!(
            svg,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" ")
        );
        for (rooms, values) in points {
            let _ = write!(
                svg,
                r#"<circle cx="{:.1}" cy="{:.1}" r="3" fill="{colour}"/>"#,
                x(*rooms),
                y(values[line])
            );
        }
        let _ =
            write!(svg, r#"<text x="{}" y="42" fill="{colour}">— {name}</text>"#, LEFT + 140.0 * line as f64);
    }
    svg.push_str("</svg>\n");
    svg
}
