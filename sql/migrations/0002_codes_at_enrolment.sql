-- One dialect hands the recovery codes out when a set-up begins; they are worth
-- nothing before it is confirmed.

ALTER TABLE countersign.factors ADD COLUMN code_macs bytea[],
	ADD CHECK (state = 'pending' OR code_macs IS NULL);
COMMENT ON COLUMN countersign.factors.code_macs IS 'MACs of the recovery codes that were handed out with a pending set-up; its confirmation makes them a set.';
