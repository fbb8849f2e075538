/** What `schedulearn help TOPIC` tells beside the help of commands. Each line fits 80 columns. */
export const TOPICS: Readonly<Record<string, string>> = {
  "exit-codes": `Exit codes:
  0    done; where a job was waited for or followed: it completed
  1    the job did not complete or has not moved, the server refused, or doctor
       found something that fails
  2    the command line is wrong; nothing was sent
  3    the server cannot be reached
  4    the server wants an access token, or another one
  130  Ctrl-C; 143 when it was told to end. Jobs that are followed go on

wait ends as its job did where one job is waited for; see schedulearn wait --help.
`,
  json: `With --json every command prints JSON on the standard output and nothing else:
one document, or one a line while something is followed (-f, --follow, top).

An error is one line on the standard error, with the exit code beside it:
  {"error": {"code": "NOT_FOUND", "message": "there is no job x", "path": null}}
Remarks, such as a connection that was lost and is tried again, stand there too:
  {"note": "…"}

Fields are added as the program grows; none changes its name or meaning. Those
of a job, a server and the like are those of the API: see schema.graphql. What
each command prints is in docs/cli.md.
`,
  environment: `Environment:
  SCHEDULEARN_URL     the server's API; http://127.0.0.1:4000/graphql without it
  SCHEDULEARN_TOKEN   the access token
  SCHEDULEARN_CONFIG  configuration of commands that run on the server's machine
  SCHEDULEARN_DATA    its data folder
  NO_COLOR            no colours
  TERM=dumb           no colours, and nothing is drawn over
  LC_ALL, LC_CTYPE, LANG  other than UTF-8: letters of ASCII in place of signs

Flags win over the environment. Where the output is no terminal it is plain and
whole: no colours, no cut columns, and a line where a terminal shows a bar.
`,
  names: `A job is named by its id (job-17), its number (17), or its name. Where several
have the name, the one that is not over is meant; else they are listed.
Where several jobs may be given, 12-15 is a range of numbers and batch-17 all
jobs of that array or sweep.
A GPU is named by its server and index (box2/0), or by its server and UUID.
`,
};
