import type { World } from "./world.js";

/** How many rows of each kind a tenant has, the lines about it in both logs included: alike for all that are just made. */
export async function whollyMade(world: Pick<World, "look">, slug: string): Promise<object> {
  const [found] = await world.look(
    `SELECT a.status::text AS status, p.code AS plan,
            (SELECT count(*)::int FROM control.subscriptions s WHERE s.account_id = a.id) AS subscriptions,
            (SELECT array_agg(r.name || ':' || (SELECT count(*) FROM tenant.role_permissions g WHERE (g.account_id, g.role_id) = (r.account_id, r.id)) ORDER BY r.name)
             FROM tenant.roles r WHERE r.account_id = a.id) AS roles,
            (SELECT array_agg(replace(u.email, a.slug, 'SLUG') || ' ' || r.name)
             FROM tenant.users u JOIN tenant.user_roles g ON (g.account_id, g.user_id) = (u.account_id, u.id)
             JOIN tenant.roles r ON (r.account_id, r.id) = (g.account_id, g.role_id) WHERE u.account_id = a.id) AS users,
            (SELECT jsonb_object_agg(subject, n) FROM (
               SELECT l.subject || ' ' || l.operation || ' ' || l.actor AS subject, count(*) AS n
               FROM tenant.audit_log l WHERE l.account_id = a.id GROUP BY 1) written) AS log,
            (SELECT array_agg(l.action || ' ' || l.operator || ' ' || l.outcome ORDER BY l.id)
             FROM control.admin_audit_log l WHERE l.account_id = a.id) AS admin_log
     FROM control.accounts a LEFT JOIN control.subscriptions s ON s.account_id = a.id LEFT JOIN control.plans p ON p.id = s.plan_id
     WHERE a.slug = $1`,
    slug,
  );
  return found ?? {};
}
