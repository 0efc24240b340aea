//! A product as search engines read it: JSON-LD of schema.org, a `Product` with its `Offer`, in the page's head.
//!
//! Made of the same [`ProductFragment`] as the page around it, so that both say the same: the price as an exact decimal
//! number, whether it can be had, and the seller by name only where the page names them. Browsers don't run it (a data
//! block), so the content security policy doesn't ask about it; but it ends where `</script` begins, and so no `<` is
//! left in it.

use serde_json::{Value, json};

use super::{Condition, lifecycle::ProductState, product::ProductFragment};
use crate::web::Marketplace;

/// None for what only its seller and staff can see.
pub fn structured_data(product: &ProductFragment, marketplace: &Marketplace) -> Option<String> {
    let availability = match product.state {
        ProductState::Listed => "InStock",
        ProductState::Reserved => "LimitedAvailability",
        ProductState::Sold => "SoldOut",
        ProductState::Draft | ProductState::Paused | ProductState::Hidden | ProductState::Deleted => {
            return None;
        }
    };
    let origin = &marketplace.origin.0;
    let url = format!("{origin}{}", product.path());
    let images: Vec<String> =
        product.photos.iter().map(|photo| format!("{origin}{}", photo.preview())).collect();
    let mut offer = json!({
        "@type": "Offer",
        "url": url,
        "price": product.price.to_decimal(),
        "priceCurrency": product.price.currency().code(),
        "availability": schema(availability),
    });
    if Condition::applies_to(&product.category.slug) {
        offer["itemCondition"] = schema(condition(product.condition));
    }
    if !product.seller.is_anonymous() {
        offer["seller"] = json!({ "@type": "Person", "name": product.seller.shop_name });
    }
    let mut described = json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "url": url,
        "category": product.category.name,
        "offers": offer,
    });
    if !product.description.is_empty() {
        described["description"] = json!(product.description);
    }
    if !images.is_empty() {
        described["image"] = json!(images);
    }
    Some(for_html(&described))
}

fn schema(name: &str) -> Value {
    json!(format!("https://schema.org/{name}"))
}

fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::New => "NewCondition",
        Condition::LikeNew | Condition::Good | Condition::Fair => "UsedCondition",
        Condition::ForParts => "DamagedCondition",
    }
}

/// The same value in other letters: an HTML parser finds neither the end of the element nor a comment in it.
fn for_html(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
