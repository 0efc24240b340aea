use sqlx::PgPool;

#[derive(Clone)]
pub struct Hub {}

impl Hub {
    pub fn new(_db: PgPool) -> Self {
        Hub {}
    }

    pub fn close(&self) {}
}
