//! Markdown to HTML, for pages that admins write: no HTML of theirs, no pictures, links that lead to pages only.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// HTML that holds nothing but what Markdown means: whatever looks like HTML is shown as text.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut links = Vec::new();
    let events = Parser::new_ext(markdown, options).filter_map(|event| plain(event, &mut links));
    let mut page = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut page, events);
    page
}

/// `links`: for each link that is open, whether it is one.
fn plain<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => None,
        // Its words stay.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { dest_url, link_type, .. }) => {
            let target = target(&dest_url, link_type);
            links.push(target.is_some());
            target.map(|url| {
                let url = attribute(&url);
                Event::InlineHtml(format!("<a href=\"{url}\" rel=\"nofollow noopener\">").into())
            })
        }
        Event::End(TagEnd::Link) => {
            links.pop().unwrap_or(false).then_some(Event::InlineHtml(CowStr::Borrowed("</a>")))
        }
        // A page has one first heading, and that is its title.
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: below(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        other => Some(other),
    }
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

fn below(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    pulldown_cmark::HeadingLevel::try_from(level as usize + 1).unwrap_or(level)
}

/// Where a link may lead: pages, addresses to write to, places of this site.
fn target(url: &str, link_type: LinkType) -> Option<String> {
    if link_type == LinkType::Email {
        return Some(format!("mailto:{url}"));
    }
    let lower = url.trim().to_ascii_lowercase();
    let is_page = ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
    let is_here = (lower.starts_with('/') && !lower.starts_with("//")) || lower.starts_with('#');
    (is_page || is_here).then(|| url.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_text_and_never_html() {
        for (written, shown) in [
            ("# A\n\nb *c*", "<h2>A</h2>\n<p>b <em>c</em></p>\n"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a <b onclick=x>c</b>", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n"),
            ("![words](https://evil.example/x.png)", "<p>words</p>\n"),
            (
                "[us](https://a.example/?a=1&b=\"2)",
                "<p><a href=\"https://a.example/?a=1&amp;b=&quot;2\" rel=\"nofollow noopener\">us</a></p>\n",
            ),
            ("[x](javascript:alert(1))", "<p>x</p>\n"),
            ("[x](JavaScript:alert(1))", "<p>x</p>\n"),
            ("[x](data:text/html,y)", "<p>x</p>\n"),
            ("[x](//evil.example)", "<p>x</p>\n"),
            ("[x](/legal/terms)", "<p><a href=\"/legal/terms\" rel=\"nofollow noopener\">x</a></p>\n"),
        ] {
            assert_eq!(to_html(written).trim(), shown.trim(), "{written}");
        }
        assert!(to_html("<a@b.example>").contains("href=\"mailto:a@b.example\""));
    }

    #[test]
    fn the_longest_and_deepest_page_is_made_all_the_same() {
        let max = super::super::MAX_TEXT;
        for bomb in
            [">".repeat(max), "[".repeat(max), "*a ".repeat(max / 3), "- ".repeat(max / 2), "`".repeat(max)]
        {
            assert!(to_html(&bomb).len() < max * 40);
        }
    }
}
