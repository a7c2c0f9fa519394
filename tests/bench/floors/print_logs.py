"""The floor of ``pkgops tail-logs``: bare boto3 printing every event of the groups it is given."""

from __future__ import annotations

import sys

import boto3

since, *groups = sys.argv[1:]
pages = boto3.client("logs").get_paginator("filter_log_events")
for group in groups:
    for page in pages.paginate(logGroupName=group, startTime=int(since)):
        for event in page["events"]:
            sys.stdout.write(f"{event['timestamp']} {group} {event['message']}\n")
