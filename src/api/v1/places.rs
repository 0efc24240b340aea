//! What products are sorted by: categories, and places.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{error::Result, paging::Page},
    products,
    web::StrictQuery,
};

/// What a product is sorted into.
#[derive(Serialize, ToSchema)]
pub struct Category {
    /// Also in filters.
    pub slug: String,
    pub name: String,
}

impl From<products::Category> for Category {
    fn from(category: products::Category) -> Self {
        Category { slug: category.slug, name: category.name }
    }
}

#[utoipa::path(get, path = "/categories", tag = "Find", operation_id = "listCategories", summary = "What products are sorted into.", responses((status = 200, body = Page<Category>)))]
pub async fn categories(State(db): State<PgPool>) -> Result<Json<Page<Category>>> {
    let categories = products::categories(&db).await?;
    Ok(Json(Page::whole(categories.into_iter().map(Category::from).collect())))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlacesQuery {
    /// How its name begins.
    #[serde(default)]
    q: String,
}

/// Where something is for sale.
#[derive(Serialize, ToSchema)]
pub struct Place {
    name: String,
}

/// Of the newest products.
#[utoipa::path(get, path = "/places", tag = "Find", operation_id = "listPlaces", summary = "Where things are for sale.", params(PlacesQuery), responses((status = 200, body = Page<Place>)))]
pub async fn places(
    State(db): State<PgPool>,
    StrictQuery(asked): StrictQuery<PlacesQuery>,
) -> Result<Json<Page<Place>>> {
    let wanted = asked.q.trim().to_lowercase();
    let mut places = products::places(&db).await?;
    places.retain(|place| place.to_lowercase().starts_with(&wanted));
    Ok(Json(Page::whole(places.into_iter().map(|name| Place { name }).collect())))
}
