-- A program names its device, so that a new endpoint takes the place of the device's old one.
ALTER TABLE push_subscriptions ADD COLUMN device text;
CREATE UNIQUE INDEX push_subscriptions_account_id_device_key ON push_subscriptions (account_id, device);
