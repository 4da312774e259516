-- Visits of every pairing out of `demo_pairs`: one a month of the last quarter, and in the counties whose helpers are
-- assessed of the whole year, but for a month here and there; each of a helper's households on its own days. What is written comes from lists of words, drawn by a hash of household, month and seed.
CREATE TEMPORARY TABLE demo_visits ON COMMIT DROP AS
WITH words (at_home, living, animals, policies, done, promised, problems, solved) AS (VALUES (
    ARRAY['户主', '户主和老伴', '户主的儿媳', '户主和孩子', '老两口', '户主和邻居', '户主的弟弟', '户主本人', '户主和孙女',
          '户主和嘎查村干部'],
    ARRAY['院落整洁，炉火正旺', '屋里收拾得很干净', '新换的门窗不透风了', '窖里储备了过冬的土豆和白菜', '墙角漏风已经堵好',
          '老人腿疼的毛病又犯了', '孩子放假在家写作业', '牲畜圈舍加盖了塑料布', '今年的玉米还堆在院里没有卖', '取暖煤已经拉回',
          '老伴刚从卫生院拿药回来', '准备了过年的米面油', '打工的儿子寄回了生活费', '水井有些结冰，用水要化开', '院门口的路面坑洼不平',
          '电费已经预存到开春'],
    ARRAY['羊%%s只，膘情尚可', '牛%%s头，正在补饲', '鸡%%s只，鸡蛋留着自家吃', '猪%%s口，腊月出栏', '羊%%s只，有几只怀羔',
          '驴%%s头，皮毛光亮', '鹅%%s只，等着年前卖', '玉米%%s袋，等粮价', '绿豆%%s袋，已经装好', '葵花%%s亩，收成一般', '马铃薯%%s亩，都已起出',
          '荞麦%%s亩，卖给了合作社'],
    ARRAY['讲解了健康扶贫“先诊疗后付费”的办法', '算了产业奖补的账', '说明了教育资助的申请手续', '介绍了小额信贷的贴息政策',
          '宣讲了脱贫不脱政策的规定', '核对了明白卡上的收入', '解释了低保动态管理的标准', '介绍了生态护林员的选聘条件', '说明了危房改造的补助办法',
          '讲了养老保险代缴的范围', '介绍了春季务工信息', '解释了草原补奖发放时间'],
    ARRAY['帮着清理了院里的积雪', '一起核算了全年收入', '带来了村卫生室的随访通知', '帮着把玉米倒了垛', '检查了电线和烟筒', '帮着填写了申请表',
          '送来了防寒的棉被', '帮着联系了收羊的客户', '教会了手机上查补贴', '帮着把药分好了顿', '同合作社谈妥了分红日期', '看了新打的机井',
          '帮着给棚圈加固了门', '和孩子谈了上学的打算'],
    ARRAY['下个月再来看圈舍', '约好月底一起去乡里', '答应打听开春的种子', '商定年后外出务工的事', '记下了要带的药名', '说好下次带来贷款表格',
          '准备请兽医来看看羊', '同意试种一亩谷子', '约定一起去看合作社', '准备同学校老师联系'],
    ARRAY['羔羊拉稀，担心损失', '慢病药快吃完了', '玉米卖不上价', '孩子的资助款还没有到账', '院门口的路灯不亮', '自来水接头冻裂', '医疗报销单据不会填',
          '想贷款买母羊，不知道手续', '护林员的工资迟发', '屋顶有一处漏水', '电视信号不好', '取暖煤不够烧到开春'],
    ARRAY['请兽医打了针，羔羊已好转', '从卫生院带回了两个月的药', '联系合作社按保底价收购', '问过学校，款项当天到账', '当天请电工换了灯泡',
          '请水管员换了接头', '陪着填好单据并交到乡里', '和信贷员约好了上门的日子', '同林业站核对后补发', '和邻居一起铺了油毡', '调好了卫星天线',
          '由救助站补了半吨煤']
)),
drawn AS (
    SELECT pair.*, month, month + (1 + 4 * (turn - 1) + get_byte(hash, 0) %% 4)::int AS visited_on, hash
    FROM demo_pairs pair CROSS JOIN (
             SELECT first::date AS month FROM generate_series(timestamp '2018-01-01', '2018-12-01', '1 month') AS first
         ) AS months, LATERAL sha256((%(seed)s || code || cadre_id || month)::bytea) AS hash
    WHERE (month >= date '2018-10-01'
           OR division_id / 1000000 * 1000000 = ANY(%(whole_year)s) AND from_on <= month
              AND get_byte(sha256((cadre_code || month)::bytea), 0) >= 4)
      AND NOT (month = date '2018-12-01' AND carries IN ('CV-03', 'CV-04'))
),
told AS (
    SELECT drawn.*,
           at_home[1 + get_byte(hash, 1) %% 10] AS met,
           living[1 + get_byte(hash, 2) %% 16] AS situation,
           format(animals[1 + get_byte(hash, 3) %% 12], 2 + get_byte(hash, 4) %% 40) AS animals,
           words.policies[1 + get_byte(hash, 5) %% 12] AS policies,
           words.done[1 + get_byte(hash, 6) %% 14] AS done,
           words.promised[1 + get_byte(hash, 7) %% 10] AS promised,
           -- One visit in three solves a problem; of the other two every second one hears of one.
           (extract(month FROM month)::int + get_byte(hash_of_pair, 0)) %% 3 = 0 AND carries <> 'CV-13' AS solves,
           get_byte(hash, 8) %% 2 = 0 AS hears,
           words.problems[1 + get_byte(hash, 9) %% 12] AS problem,
           words.solved[1 + get_byte(hash, 9) %% 12] AS solution
    FROM drawn, words
)
SELECT row_number() OVER (ORDER BY month, pairing_id) + %(shift)s AS id,
       md5(code || cadre_id || month)::uuid AS client_id,
       household_id, division_id, helper_id, helper_name, pairing_id, month, carries, code,
       visited_on,
       visited_on + time '09:00' + make_interval(mins => get_byte(hash, 10) * 2) AS at,
       make_interval(mins => 20 + get_byte(hash, 11) * 5) AS later,
       get_byte(hash, 12) %% 4 = 0 AS offline,
       format('到%%s家走访，%%s在家。%%s，%%s。%%s，%%s，%%s。', coalesce(head, '贫困户'), met, situation, animals, policies, done, promised)
           || CASE WHEN solves THEN format('反映%%s，%%s。', problem, solution) WHEN hears THEN format('反映%%s，正在想办法。', problem)
              ELSE '' END AS text,
       situation, done AS help_given, policies, met AS persons_met,
       CASE WHEN solves OR hears THEN problem ELSE '' END AS problem,
       CASE WHEN solves THEN true WHEN hears THEN false END AS problem_solved,
       lon + (get_byte(hash, 13) - 128) * 0.000008
           + CASE WHEN carries = 'CV-12 far' AND month = date '2018-12-01' THEN 0.05 ELSE 0 END AS lon,
       lat + (get_byte(hash, 14) - 128) * 0.000006 AS lat,
       5 + get_byte(hash, 15) %% 30 AS accuracy,
       -- Metres on a plane: near enough for so little.
       round(111195 * sqrt(power(((get_byte(hash, 13) - 128) * 0.000008
           + CASE WHEN carries = 'CV-12 far' AND month = date '2018-12-01' THEN 0.05 ELSE 0 END) * cos(radians(lat)), 2)
           + power((get_byte(hash, 14) - 128) * 0.000006, 2)))::int AS distance
FROM told;

UPDATE demo_visits AS copy SET text = original.text, situation = original.situation, help_given = original.help_given,
    policies = original.policies, problem = original.problem, problem_solved = original.problem_solved
FROM demo_visits AS original
WHERE copy.carries = 'CV-12 copied' AND copy.month = date '2018-12-01'
  AND original.pairing_id = copy.pairing_id AND original.month = date '2018-11-01';

INSERT INTO visits_visitreceipt (id, client_id, household_id, division_id, author_id, digest, visited_on, received_at)
SELECT id, client_id, household_id, division_id, helper_id, encode(sha256(convert_to(text, 'UTF8')), 'hex'), visited_on,
       (at + later) AT TIME ZONE 'Asia/Shanghai'
FROM demo_visits ORDER BY id;

INSERT INTO visits_visit (id, client_id, author_name, visited_on, visited_at, received_at, clock_off, offline, text, situation,
                          help_given, policies, persons_met, problem, problem_solved, lon, lat, accuracy, no_position, datum,
                          distance, author_id, division_id, household_id)
SELECT id, client_id, helper_name, visited_on, at AT TIME ZONE 'Asia/Shanghai', (at + later) AT TIME ZONE 'Asia/Shanghai', 0,
       offline, text, situation, help_given, policies, persons_met, problem, problem_solved, lon, lat, accuracy,
       CASE WHEN lon IS NULL THEN 'unavailable' ELSE '' END, 'wgs84', distance, helper_id, division_id, household_id
FROM demo_visits ORDER BY id;

INSERT INTO visits_visitmark (kind, value, other, at, author_id, division_id, household_id, visit_id)
SELECT CASE WHEN visit.carries = 'CV-12 far' THEN 'far' ELSE 'copied' END,
       CASE WHEN visit.carries = 'CV-12 far' THEN visit.distance ELSE 100 END,
       CASE WHEN visit.carries = 'CV-12 copied' THEN other.id END,
       (visit.at + visit.later) AT TIME ZONE 'Asia/Shanghai', visit.helper_id, visit.division_id, visit.household_id, visit.id
FROM demo_visits visit JOIN demo_visits other ON other.pairing_id = visit.pairing_id AND other.month = date '2018-11-01'
WHERE visit.carries LIKE 'CV-12 %%' AND visit.month = date '2018-12-01';
