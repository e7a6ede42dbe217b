/* SPDX-License-Identifier: Apache-2.0
 *
 * commands - what `leadwire` can do. Each takes argv with the command's name first
 * and gives an exit code (cli.h).
 */
#ifndef COMMANDS_H
#define COMMANDS_H

int command_status(int argc, char **argv);
int command_top(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_publish_leads(int argc, char **argv);
int command_rep(int argc, char **argv);
int command_ingest(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_lead(int argc, char **argv);
int command_source(int argc, char **argv);
int command_state(int argc, char **argv);
int command_device_state(int argc, char **argv);
int command_customers(int argc, char **argv);
int command_desk(int argc, char **argv);
int command_keys(int argc, char **argv);
int command_token(int argc, char **argv);
int command_check(int argc, char **argv);
int command_apply(int argc, char **argv);
int command_config(int argc, char **argv);
int command_adapter_test(int argc, char **argv);
int command_doctor(int argc, char **argv);

#endif
