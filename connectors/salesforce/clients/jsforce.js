// Point jsforce at the sandbox and say what works. It needs Node and the library, so it is no test:
//
//   npm install jsforce
//   kamsync sandbox salesforce > sandbox.json &
//   node jsforce.js sandbox.json
//
// The exit status is the number of steps that failed.

const fs = require('fs');
const jsforce = require('jsforce');

const told = JSON.parse(fs.readFileSync(process.argv[2], 'utf8').split('\n')[0]);
const ours = told.credentials;
const url = told.url;
const oauth2 = { loginUrl: url, clientId: ours.client_id, clientSecret: ours.client_secret };
const hour = 3600 * 1000;
let failed = 0;

async function step(name, carryOut, good = (found) => found !== undefined) {
  try {
    const found = await carryOut();
    if (!good(found)) throw new Error(`answered ${JSON.stringify(found)}`);
    console.log(`ok    ${name}`);
    return found;
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error.errorCode || error.name}: ${error.message}`);
    return undefined;
  }
}

async function refused(name, code, carryOut) {
  await step(name, () => carryOut().then(() => 'nothing', (error) => error.errorCode), (found) => found === code);
}

async function logins() {
  const soap = new jsforce.Connection({ loginUrl: url, version: '59.0' });
  await step('log in by SOAP', () => soap.login(ours.username, ours.password + ours.security_token));
  const password = new jsforce.Connection({ oauth2, version: '66.0' });
  await step('log in by password', () => password.login(ours.username, ours.password));
  await step('log out', () => password.logout().then(() => true));
  const client = new jsforce.Connection({ instanceUrl: url, oauth2, version: '66.0' });
  await step('log in by client', () => client.authorize({ grant_type: 'client_credentials' }));
  const refresh = { instanceUrl: url, refreshToken: ours.refresh_token, oauth2, version: '66.0' };
  await step('refresh on the first call', () => new jsforce.Connection(refresh).query('SELECT Id FROM Account LIMIT 1'));
}

async function records(conn) {
  const accounts = conn.sobject('Account');
  const many = Array.from({ length: 450 }, (_, number) => ({ Name: `A${number}` }));
  const made = await step('create', () => accounts.create({ Name: 'Nordwind' }));
  await refused('refuse more than 200 at once', 'EXCEEDED_ID_LIMIT', () => accounts.create(many));
  await step('create many in turn', () => accounts.create(many, { allowRecursive: true }), (all) => all.every((each) => each.success));
  await step('retrieve', () => accounts.retrieve(made.id), (found) => found.Name === 'Nordwind');
  await step('retrieve many', () => accounts.retrieve([made.id, made.id]), (found) => found.length === 2);
  await step('update', () => accounts.update({ Id: made.id, Phone: '1' }));
  await step('update many', () => accounts.update([{ Id: made.id, Phone: '2' }], { allOrNone: true }), (all) => all[0].success);
  await step('upsert', () => accounts.upsert({ KamsyncId__c: 'js1', Name: 'U' }, 'KamsyncId__c'), (found) => found.created);
  await step('upsert many', () => accounts.upsert([{ KamsyncId__c: 'js1', Name: 'V' }], 'KamsyncId__c'), (all) => all[0].created === false);
  await step('destroy', () => accounts.destroy(made.id), (found) => found.success);
  await step('destroy many', () => accounts.destroy([made.id]), (all) => all[0].errors[0].statusCode === 'ENTITY_IS_DELETED');
  await step('updated', () => accounts.updated(new Date(Date.now() - hour), new Date(Date.now() + hour)), (found) => found.ids.length > 400);
  await step('deleted', () => accounts.deleted(new Date(Date.now() - hour), new Date(Date.now() + hour)), (found) => found.deletedRecords.length > 0);
  return made.id;
}

async function queries(conn) {
  const soql = 'SELECT Id, Name FROM Account';
  await step('query all pages', () => conn.query(soql, { autoFetch: true, maxFetch: 9999 }), (found) => found.records.length === found.totalSize);
  await step('query more', async () => {
    const first = await conn.query(soql, { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
    return (await conn.queryMore(first.nextRecordsUrl)).records.length;
  }, (count) => count === 200);
  await step('query deleted', () => conn.query(`${soql} WHERE IsDeleted = true`, { scanAll: true }), (found) => found.totalSize > 0);
  await step('find', () => conn.sobject('Account').find({ Name: { $like: 'A1%' } }, 'Id, Name').sort({ CreatedDate: -1 }).limit(3), (found) => found.length === 3);
  await step('find children', () => conn.sobject('Account').select('Id').include('Contacts').select('Id').end().limit(1), (found) => 'Contacts' in found[0]);
  await step('count', () => conn.sobject('Account').count({ Name: 'A7' }), (count) => count === 1);
  await step('search', () => conn.search('FIND {A1*} IN ALL FIELDS RETURNING Account(Id, Name)'), (found) => found.searchRecords.length > 0);
  await refused('refuse an unknown field', 'INVALID_FIELD', () => conn.query('SELECT Nope FROM Account'));
}

async function describes(conn) {
  await step('identity', () => conn.identity(), (found) => found.username === ours.username);
  await step('describe', () => conn.describe('Account'), (found) => found.fields.length > 50);
  await step('describe global', () => conn.describeGlobal(), (found) => found.sobjects.length > 20);
  await step('limits', () => conn.limits(), (found) => found.DailyApiRequests.Max > 0);
  await step('recent', () => conn.recent(), (found) => found.length > 0);
}

async function bulk(conn) {
  conn.bulk.pollInterval = 50;
  conn.bulk2.pollInterval = 50;
  const input = [{ Name: 'b1', Phone: '1' }, { Name: '', Phone: '2' }];
  await step('bulk 2 load', () => conn.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input }),
    (found) => found.successfulResults.length === 1 && found.failedResults.length === 1);
  await step('bulk 2 query', async () => (await (await conn.bulk2.query('SELECT Id, Owner.Name FROM Account')).toArray()).length, (count) => count > 400);
  await step('bulk 1 load', () => conn.bulk.load('Account', 'insert', input), (all) => all[0].success && !all[1].success);
  await step('bulk 1 query', async () => (await (await conn.bulk.query('SELECT Id FROM Account LIMIT 5')).toArray()).length, (count) => count === 5);
}

async function soapAndSetup(conn, gone) {
  await step('server time', () => conn.soap.getServerTimestamp());
  await step('user info', () => conn.soap.getUserInfo(), (found) => found.userName === ours.username);
  await step('undelete', () => conn.soap.undelete([gone]), (all) => all[0].success);
  const [one, two] = await conn.sobject('Account').create([{ Name: 'm1' }, { Name: 'm2' }]);
  const merge = { masterRecord: { type: 'Account', Id: one.id }, recordToMergeIds: [two.id] };
  await step('merge', () => conn.soap.merge([merge]), (all) => all[0].success);
  const Metadata = { type: 'Text', label: 'Foo', length: 40 };
  await step('make a field by tooling', () => conn.tooling.sobject('CustomField').create({ FullName: 'Account.Foo__c', Metadata }), (found) => found.success);
  await step('find it', () => conn.tooling.query("SELECT Id FROM CustomField WHERE DeveloperName = 'Foo'"), (found) => found.totalSize === 1);
  await step('make a field by metadata', () => conn.metadata.create('CustomField', { fullName: 'Account.Bar__c', ...Metadata }), (found) => found.success);
}

async function main() {
  await logins();
  const conn = new jsforce.Connection({ instanceUrl: url, accessToken: ours.access_token, version: '66.0' });
  const gone = await records(conn);
  await queries(conn);
  await describes(conn);
  await bulk(conn);
  await soapAndSetup(conn, gone);
  console.log(failed ? `${failed} failed` : 'all good');
  process.exitCode = failed;
}

main();
