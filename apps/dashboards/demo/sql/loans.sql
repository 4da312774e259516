-- Wishes, risk funds, loans and repayments out of `demo_borrowers` (who wants a loan, who has one, what he carries).

-- Since when: whoever has a loan a while before it, the others for less than the sixty days in which it is due.
INSERT INTO measures_loanwish (household_id, division_id, wished_on, amount, purpose, version, created_at, updated_at)
SELECT household_id, division_id,
       CASE WHEN lent THEN date '2015-12-01' WHEN carries = 'PC-19' THEN date '2018-06-15' - get_byte(drawn, 2) %% 90
            ELSE date '2018-11-05' + get_byte(drawn, 2) %% 50 END,
       10000 + 5000 * (get_byte(drawn, 6) %% 9), (ARRAY['养羊', '养牛', '种植', '购买农机', '小商店'])[1 + get_byte(drawn, 7) %% 5],
       1, now(), now()
FROM demo_borrowers ORDER BY household_id;

-- Each county put something aside in 2016 and in 2018.
INSERT INTO measures_riskfund (division_id, year, amount, document_no, version, created_at, updated_at)
SELECT county, year, 4000 * wanted, '财金〔' || year || '〕' || county / 1000000 %% 10000 || '号', 1, now(), now()
FROM (SELECT division_id / 1000000 * 1000000 AS county, count(*) AS wanted FROM demo_borrowers GROUP BY 1) each,
     (VALUES (2016), (2018)) AS years (year)
ORDER BY county, year;

INSERT INTO measures_smallloan (household_id, division_id, borrower_id, borrower_name, product, bank, contract_no, amount,
    term_months, rate, lent_on, due_on, collateral, guarantee, interest_subsidised, real_household_id, real_enterprise,
    repaid, overdue_at_bank, source, note, version, created_at, updated_at)
SELECT household_id, division_id, person_id, name,
       CASE WHEN carries = 'PC-09' OR get_byte(drawn, 4) %% 10 < 7 THEN 'small'
            WHEN get_byte(drawn, 4) %% 10 < 9 THEN 'fumin' ELSE 'relending' END,
       (ARRAY['内蒙古农村信用社', '中国农业银行', '中国邮政储蓄银行'])[1 + get_byte(drawn, 8) %% 3], 'DK' || code,
       CASE WHEN carries = 'PC-09' THEN 60000 ELSE 30000 + 5000 * (get_byte(drawn, 6) %% 5) END,
       months, 4.35, begun, (begun + make_interval(months => months))::date,
       carries = 'PC-11 collateral', carries = 'PC-11 guarantee', carries <> 'PC-11 unsubsidised',
       CASE WHEN carries = 'PC-12 household' THEN neighbour END,
       CASE WHEN carries = 'PC-12 enterprise' THEN '某农牧业专业合作社' ELSE '' END,
       0, carries = 'PC-13', CASE WHEN carries <> '' OR get_byte(drawn, 9) < 128 THEN 'bank' ELSE 'hand' END, '',
       1, now(), now()
FROM (
    SELECT *,
           coalesce(lead(household_id) OVER places, lag(household_id) OVER places) AS neighbour,
           -- What is planted is still owed at the end of 2018; what is overdue was lent two years before.
           CASE WHEN carries = 'PC-10' THEN 48 WHEN carries = 'PC-13' THEN 24 WHEN carries <> '' THEN 36
                ELSE (ARRAY[12, 24, 36])[1 + get_byte(drawn, 5) %% 3] END AS months,
           CASE WHEN carries = 'PC-13' THEN date '2016-09-01' + get_byte(drawn, 2) %% 90
                WHEN carries = 'PC-11 no_fund' THEN date '2015-12-31'
                WHEN carries <> '' THEN date '2017-03-01' + get_byte(drawn, 2)
                ELSE date '2016-03-01' + (256 * get_byte(drawn, 2) + get_byte(drawn, 3)) %% 940 END AS begun
    FROM demo_borrowers WHERE lent WINDOW places AS (ORDER BY division_id, household_id)
) demo ORDER BY household_id;

-- What was due by the reference date was paid back some days before; of the overdue a part. Of the others one in three
-- has begun.
INSERT INTO measures_loanrepayment (household_id, division_id, loan_id, "on", principal, voucher, bank_line, note, source,
    made_at, made_by_name)
SELECT loan.household_id, loan.division_id, loan.id, paid_on, paid, 'HK' || code, 'HK' || code, '', 'bank', now(), '系统'
FROM measures_smallloan loan JOIN demo_borrowers demo USING (household_id)
CROSS JOIN LATERAL (
    SELECT CASE WHEN carries = 'PC-13' OR due_on > date '2018-12-31' THEN greatest(lent_on, date '2018-09-03')
                ELSE due_on - get_byte(drawn, 10) %% 25 END AS paid_on,
           CASE WHEN carries = 'PC-13' THEN 10000 WHEN due_on <= date '2018-12-31' THEN amount ELSE 5000 END AS paid
) part
WHERE paid_on <= date '2018-12-31' AND carries NOT IN ('PC-09', 'PC-11 no_fund')
  AND (due_on <= date '2018-12-31' OR get_byte(drawn, 11) < 85)
ORDER BY loan.id
