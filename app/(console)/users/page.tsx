import type { Metadata } from "next";
import { Users } from "#components/tables/users.tsx";

export const metadata: Metadata = { title: "Users" };

export default function UsersPage() {
  return <Users />;
}
