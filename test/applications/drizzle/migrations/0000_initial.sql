CREATE SCHEMA "archive";
--> statement-breakpoint
CREATE TYPE "public"."condition" AS ENUM('new', 'used', 'broken');--> statement-breakpoint
CREATE TABLE "book" (
	"id" serial PRIMARY KEY NOT NULL,
	"isbn" text NOT NULL,
	"edition" integer DEFAULT 1 NOT NULL,
	"title" text NOT NULL,
	"price" numeric(8, 2),
	"subjects" text[] DEFAULT '{}' NOT NULL,
	"pages" bigint,
	"title_lower" text GENERATED ALWAYS AS (lower(title)) STORED,
	CONSTRAINT "book_isbn_edition" UNIQUE("isbn","edition")
);
--> statement-breakpoint
CREATE TABLE "copy" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "copy_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 100 CACHE 1),
	"book_id" integer NOT NULL,
	"condition" "condition" DEFAULT 'new' NOT NULL,
	"is_lost" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "loan" (
	"copy_id" integer NOT NULL,
	"member_id" uuid NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"returned_at" timestamp,
	CONSTRAINT "loan_key" PRIMARY KEY("copy_id","member_id","since")
);
--> statement-breakpoint
CREATE TABLE "member" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" varchar(120) NOT NULL,
	"name" text NOT NULL,
	"joined" date DEFAULT '2026-01-01' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sponsor_id" uuid,
	CONSTRAINT "member_email" UNIQUE("email"),
	CONSTRAINT "email_has_at" CHECK ("member"."email" LIKE '%@%')
);
--> statement-breakpoint
CREATE TABLE "archive"."old_loan" (
	"id" serial PRIMARY KEY NOT NULL,
	"what" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "copy" ADD CONSTRAINT "copy_book_id_book_id_fk" FOREIGN KEY ("book_id") REFERENCES "public"."book"("id") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "loan" ADD CONSTRAINT "loan_copy_id_copy_id_fk" FOREIGN KEY ("copy_id") REFERENCES "public"."copy"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loan" ADD CONSTRAINT "loan_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_sponsor" FOREIGN KEY ("sponsor_id") REFERENCES "public"."member"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "book_price" ON "book" USING btree ("price" DESC NULLS LAST,"id") WHERE "book"."price" > 0;--> statement-breakpoint
CREATE INDEX "copy_book" ON "copy" USING btree ("book_id");--> statement-breakpoint
CREATE UNIQUE INDEX "one_loan_a_copy" ON "loan" USING btree ("copy_id") WHERE returned_at IS NULL;--> statement-breakpoint
CREATE INDEX "member_name" ON "member" USING btree (lower("name"));--> statement-breakpoint
CREATE VIEW "public"."lost_copy" AS (select "id", "book_id" from "copy" where is_lost);