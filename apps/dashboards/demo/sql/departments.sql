-- What each department sent for the end of 2018: after a data set's code its columns, then its rows (key, name, …).
--
-- `people`: active members with a usable number, with the contradiction that somebody carries, if any, in `rule` and
-- `kind` (both empty otherwise). `strangers`: four hundred people who are in no register.

-- `nameless`: active members whose number is missing or of no use, and whom the police know by a number.

-- PS-HK: register_no, register_relation, registered_at, kind, cancelled_on, cancel_reason, born_on, sex
SELECT key,
       CASE WHEN carries = 'DC-01 name' THEN left(name, 1) || '占山' ELSE name END,
       household_code,
       coalesce(relation, '99'),
       CASE WHEN carries <> 'DC-04 county' THEN division_id
            WHEN division_id / 1000000 = 150102 THEN 150103000000 ELSE 150102000000 END,
       CASE WHEN carries = 'DC-04 urban' THEN '非农业' ELSE '农业' END,
       CASE WHEN rule = 'DC-02' THEN a_day END,
       CASE WHEN rule = 'DC-02' THEN 'moved' ELSE '' END,
       birth_date,
       id_sex
FROM people WHERE carries <> 'DC-01 missing'
UNION ALL
SELECT sha256(key), left(name, 1) || '小宝', household_code, '03', division_id, '农业', NULL, '', date '2012-05-20', '1'
FROM people WHERE rule = 'DC-26'
UNION ALL
SELECT key, name, 'S' || number, '01', 150102001001, '非农业', NULL, '', date '1970-01-01' + number * 17,
       (1 + number % 2)::text
FROM strangers
UNION ALL
-- Of one in three they have the name without its middle dots, of another the birth date with another day.
SELECT sha256(('nameless' || code)::bytea),
       CASE WHEN get_byte(drawn, 0) % 3 = 0 THEN translate(name, '·', '') ELSE name END,
       'N' || code, '01', division_id, '农业', NULL, '',
       CASE WHEN get_byte(drawn, 0) % 3 = 1 AND extract(day FROM birth_date) = 11 THEN birth_date - 1 ELSE birth_date END,
       sex
FROM nameless

-- PS-DE: died_on, cancelled_on
SELECT key, name, a_day, date '2018-12-05' FROM people WHERE carries = 'DC-03 PS-DE'
UNION ALL
SELECT key, name, date '2018-06-01' + number % 90, date '2018-10-01' FROM strangers

-- CA-CR: cremated_on
SELECT key, name, a_day FROM people WHERE carries = 'DC-03 CA-CR'
UNION ALL
SELECT key, name, date '2018-06-03' + number % 90 FROM strangers

-- CA-DB: grade, amount, from_on, to_on
SELECT key, name, (1 + get_byte(key, 1) % 3)::text, 260, date '2017-01-01', NULL::date
FROM people WHERE dibao AND carries <> 'DC-05 missing'
UNION ALL
SELECT key, name, '3', 180, date '2018-07-01', NULL FROM people WHERE carries = 'DC-05 extra'
UNION ALL
-- Over: it does not contradict a register that says no.
SELECT key, name, '2', 200, date '2015-01-01', date '2016-12-31' FROM people WHERE NOT dibao AND get_byte(key, 2) < 6

-- CA-TK: mode, amount, from_on, to_on
SELECT key, name, 'dispersed', 620, date '2016-01-01', NULL::date FROM people WHERE tekun
UNION ALL
SELECT key, name, 'dispersed', 620, date '2018-04-01', NULL FROM people WHERE rule = 'DC-06'

-- DF-CE: type, grade, state
SELECT key, name, '4',
       CASE WHEN carries = 'DC-07 grade' THEN (disability_grade::int % 4 + 1)::text ELSE coalesce(disability_grade, '2') END,
       'valid'
FROM people WHERE certified AND carries <> 'DC-07 missing'
UNION ALL
SELECT key, name, '1', '3', 'valid' FROM people WHERE carries = 'DC-07 extra'
UNION ALL
SELECT key, name, '4', '2', 'cancelled' FROM strangers

-- FN-PY: unit, post_kind, from_on, to_on
SELECT key, name, '旗县农牧局', 'institution', date '2009-08-01', NULL::date FROM people WHERE rule = 'DC-08'
UNION ALL
-- Public jobs are what the poor are given.
SELECT key, name, '苏木乡镇人民政府', 'public_job', date '2018-01-01', NULL FROM people WHERE get_byte(key, 2) < 4
UNION ALL
SELECT key, name, '旗县教育局', 'civil_servant', date '2005-07-01', NULL FROM strangers

-- PS-VH: plate, kind, registered_on, value, cancelled_on
SELECT key, name, '蒙D' || id, 'car', date '2016-05-18', 86000, NULL::date FROM people WHERE rule = 'DC-09'
UNION ALL
SELECT key, name, '蒙M' || id, 'motorcycle', date '2013-04-02', 3800, NULL FROM people WHERE get_byte(key, 4) < 20
UNION ALL
SELECT key, name, '蒙A' || number, 'car', date '2015-09-09', 120000, NULL FROM strangers

-- HC-SP: contract_no, place, signed_on, area, cancelled_on
SELECT key, name, 'S' || id, '旗县城关镇某小区', date '2017-08-20', 89.5, NULL::date FROM people WHERE carries = 'DC-10 HC-SP'
UNION ALL
SELECT key, name, 'T' || number, '旗县城关镇某小区', date '2016-03-01', 96, NULL FROM strangers

-- NR-RE: property_no, kind, place, registered_on, area, cancelled_on
SELECT key, name, 'R' || id, 'housing', '旗县城关镇', date '2015-11-02', 75, NULL::date FROM people WHERE carries = 'DC-10 NR-RE'
UNION ALL
-- One homestead a household, as everybody has.
SELECT key, name, 'H' || household_id, 'homestead', '本嘎查村', date '2012-06-01', 180, NULL
FROM people WHERE relation = '01' AND heads = 1

-- MR-BE: firm_no, firm, firm_kind, role, share, state
SELECT key, name, '9115' || id, '某农牧业发展有限公司', 'company', 'shareholder', 30, 'active' FROM people WHERE rule = 'DC-11'
UNION ALL
SELECT key, name, '9215' || id, '某小卖部', 'individual', 'operator', NULL, 'active' FROM people WHERE get_byte(key, 5) < 8
UNION ALL
SELECT key, name, '9315' || id, '某养殖专业合作社', 'cooperative', 'shareholder', 2, 'active'
FROM people WHERE get_byte(key, 6) < 12

-- TX-TX: tax_year, unit, amount
SELECT key, name, 2018, '某建筑劳务公司', 268.40 FROM people WHERE rule = 'DC-12'
UNION ALL
SELECT key, name, 2018, '某劳务派遣公司', 0 FROM people WHERE get_byte(key, 7) < 10

-- HF-GJ: unit, state, amount, last_paid_on
SELECT key, name, '某矿业公司', 'normal', 420, date '2018-12-10' FROM people WHERE rule = 'DC-13'
UNION ALL
SELECT key, name, '旗县第一中学', 'normal', 900, date '2018-12-10' FROM strangers

-- HR-PE: scheme, amount, from_on, to_on
SELECT key, name, 'employee', 2310, date '2014-02-01', NULL::date FROM people WHERE rule = 'DC-14'
UNION ALL
SELECT key, name, 'resident', 128, (birth_date + interval '60 years')::date, NULL
FROM people WHERE birth_date < '1958-01-01'

-- ED-XJ: school_year, stage, school, state
SELECT key, name, 2018, CASE WHEN carries = 'DC-16 stage' THEN '04' ELSE school_stage END, '苏木中心校', 'enrolled'
FROM people WHERE school_stage BETWEEN '03' AND '09' AND carries <> 'DC-16 missing'
UNION ALL
-- Whom the register has at no school is on the roll all the same: away, not gone.
SELECT key, name, 2018, '03', '苏木中心校', 'suspended'
FROM people WHERE of_age AND coalesce(school_stage, '') NOT BETWEEN '03' AND '09'

-- HS-MI: year, scheme, out_of_pocket, reimbursed
SELECT key, name, 2018, 'resident', 800 + get_byte(key, 8) * 20, get_byte(key, 9) * 30
FROM people WHERE medical_resident AND carries <> 'DC-17 missing'
UNION ALL
SELECT key, name, 2018, 'resident', 950, 0 FROM people WHERE carries = 'DC-17 extra'

-- HS-CH: kind, diagnosed_on, contracted_on, treated_on
SELECT key, name, illness, date '2016-03-01', date '2017-05-01', CASE WHEN illness = '03' AND rule <> 'TG-10' THEN a_day END
FROM people, unnest(health) AS illness WHERE illness IN ('02', '03') AND carries <> 'DC-18 missing'
UNION ALL
SELECT key, name, '02', date '2018-04-01', date '2018-04-20', NULL FROM people WHERE carries = 'DC-18 extra'

-- JU-PR: from_on, to_on
SELECT key, name, date '2018-01-15', date '2021-01-14' FROM people WHERE rule = 'DC-27'
UNION ALL
SELECT key, name, date '2012-01-01', date '2016-12-31' FROM strangers
