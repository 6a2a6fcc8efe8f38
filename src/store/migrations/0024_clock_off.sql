-- How far the clock of the process's machine is ahead of the store's, in seconds; null: not measured yet.
alter table member add column clock_off double precision;
