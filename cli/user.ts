import { Argument, type Command, Option } from "commander";
import { type Role, roles } from "#cnm/history.ts";
import { type Cli, perform, withExamples } from "./command.ts";
import { table, visible } from "./output.ts";
import { askNewPassword } from "./password.ts";
import { localTime } from "./times.ts";

interface CreateFlags {
  role: Role;
  name?: string;
}

export function addUserCommands(program: Command): void {
  const user = program
    .command("user")
    .description("who may use the console: a viewer reads, an operator edits, an admin does the rest");
  perform(user.command("ls").description("list users"), listUsers);
  perform(createDeclaration(user), create);
  const role = new Argument("<role>").choices(roles);
  perform(user.command("role <user>").addArgument(role).description("give a user another role"), setRole);
  perform(
    user.command("password <user>").description("set a user's password, asked for or read from stdin"),
    setPassword,
  );
  perform(user.command("rm <user>").description("delete a user"), remove);
}

function createDeclaration(user: Command): Command {
  const command = user
    .command("create <user>")
    .description("create a user; the password is asked for, or read from stdin")
    .addOption(new Option("--role <role>", "what the user may do").choices(roles).default("viewer"))
    .option("--name <name>", "the user's full name");
  return withExamples(command, "user create ada --role operator", "user create bob < password-file");
}

async function listUsers(cli: Cli): Promise<void> {
  const users = await cli.api.user.list.query();
  cli.show(users, () =>
    table(
      ["USER", "ROLE", "NAME", "CREATED"],
      users.map(({ username, role, name, createdAt }) => [username, role, name, localTime(createdAt)]),
    ),
  );
}

async function create(cli: Cli, [username, { role, name }]: [string, CreateFlags]): Promise<void> {
  const password = await askNewPassword(username);
  const user = await cli.api.user.create.mutate({ username, password, role, name });
  cli.show(user, () => visible(username));
}

async function setRole(cli: Cli, [username, role]: [string, Role]): Promise<void> {
  await cli.api.user.setRole.mutate({ username, role });
  cli.show({ username, role }, () => visible(`${username} is ${role} now`));
}

async function setPassword(cli: Cli, [username]: [string]): Promise<void> {
  await cli.api.user.setPassword.mutate({ username, password: await askNewPassword(username) });
  cli.show({ username }, () => visible(`${username} has a new password`));
}

async function remove(cli: Cli, [username]: [string]): Promise<void> {
  await cli.api.user.delete.mutate({ username });
  cli.show({ username }, () => visible(username));
}
