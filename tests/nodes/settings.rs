//! What an admin sets on one node.

use crate::{
    processes::{Node, Postgres},
    support::{TestApp, eventually},
};

pub async fn what_an_admin_sets_is_on_every_node_and_on_the_ones_to_come() {
    let postgres = Postgres::start().await;
    let one = Node::start("settings-0", postgres.url(), None).await;
    let two = Node::start("settings-1", postgres.url(), None).await;
    let app = TestApp::outside(one.addr, postgres.pool().await);
    let admin = app.admin("Ines").await;
    let form = admin.get("/admin/settings").await.ok().form("#settings");
    let form = form.set("name", "Bazar").set("accent", "#123456").set("registration", "invitation");
    admin.submit(&form).await.expect(303);
    let edit = admin.get("/admin/legal/terms").await.ok().form("#legal").set("text", "Be kind.");
    admin.submit(&edit).await.expect(303);
    let there = app.visitor().at_origin(two.origin());
    eventually("the other node to show it", async || {
        let page = there.get("/register").await.ok();
        let is_new = page.text(".logo") == "Bazar"
            && page.count("link[rel='stylesheet']") == 2
            && page.text("h1") == "By invitation"
            && page.attrs(".footer a", "href").contains(&"/legal/terms".to_owned());
        is_new.then_some(())
    })
    .await;
    let three = Node::start("settings-2", postgres.url(), None).await;
    let page = app.visitor().at_origin(three.origin()).get("/").await.ok();
    assert_eq!(page.text(".logo"), "Bazar", "from the first page on");
    app.db.close().await;
    drop((one, two, three));
    postgres.stop().await;
}
