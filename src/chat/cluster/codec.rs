//! How events travel between nodes: payloads of lines, the sender's id first.

use uuid::Uuid;

use crate::chat::live::event::ClusterEvent;

/// PostgreSQL takes less than 8,000 bytes in one notification.
const MAX_PAYLOAD_BYTES: usize = 7_900;

/// `<node>` and a line of JSON for each.
pub fn encode<'a>(node: Uuid, batch: impl IntoIterator<Item = &'a ClusterEvent>) -> Vec<String> {
    let head = node.to_string();
    let mut encoded = Vec::new();
    let mut payload = head.clone();
    for line in batch.into_iter().filter_map(|event| serde_json::to_string(event).ok()) {
        if payload.len() + 1 + line.len() > MAX_PAYLOAD_BYTES {
            encoded.push(std::mem::replace(&mut payload, head.clone()));
        }
        payload.push('\n');
        payload.push_str(&line);
    }
    encoded.push(payload);
    encoded
}

/// What [`encode`] wrote. Lines of a newer version that aren't understood are left out.
pub fn decode(payload: &str) -> Option<(Uuid, impl Iterator<Item = ClusterEvent>)> {
    let mut lines = payload.lines();
    let node = lines.next()?.parse().ok()?;
    Some((node, lines.filter_map(|line| serde_json::from_str(line).ok())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::AccessChange,
        chat::domain::{room_key::RoomKey, side::Side},
    };

    #[test]
    fn payloads_fit_and_read_back() {
        let node = Uuid::new_v4();
        let r = RoomKey { buyer_id: i64::MAX, seller_id: i64::MAX };
        let mut batch = vec![
            ClusterEvent::Hello,
            ClusterEvent::Typing { r, by: Side::Buyer },
            ClusterEvent::Access(AccessChange::Session(vec![255; 32])),
        ];
        batch.extend((0..1000).map(|s| ClusterEvent::Entry {
            r,
            s,
            a: [i64::MAX; 2],
            f: Some(Side::Seller),
        }));
        let encoded = encode(node, &batch);
        assert!(encoded.iter().all(|payload| payload.len() < 8_000) && encoded.len() > 1);
        let back: Vec<ClusterEvent> = encoded.iter().flat_map(|payload| decode(payload).unwrap().1).collect();
        assert_eq!(back, batch);
        assert!(decode("nonsense").is_none());
    }
}
