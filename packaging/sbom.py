#!/usr/bin/env python3
"""Joins the lists of packages that CycloneDX's tool for .NET made of several projects, and adds the runtime that native code has in it.
Usage: sbom.py NAME VERSION TIME OUTPUT LIST... [--runtime ASSETS]
TIME is in seconds since 1970; ASSETS is the project.assets.json of a native publication, which names the runtime's packages."""
import datetime
import json
import sys

# Packages whose code is in a native program without being referenced by it.
RUNTIME = ("Microsoft.NETCore.App.Runtime.NativeAOT.", "runtime.linux-x64.Microsoft.DotNet.ILCompiler")
# They work at build time alone.
BUILD_ONLY = ("Microsoft.CodeAnalysis.", "Microsoft.NET.ILLink.Tasks", "Microsoft.DotNet.ILCompiler", "PowerShellStandard.Library")


def runtime_packages(path):
    with open(path, encoding="utf-8") as file:
        framework = json.load(file)["project"]["frameworks"]["net10.0"]
    for package in framework.get("downloadDependencies", []):
        if package["name"].startswith(RUNTIME):
            version = package["version"].strip("[]").split(",")[0]
            yield {
                "type": "library", "bom-ref": f"pkg:nuget/{package['name']}@{version}", "name": package["name"], "version": version,
                "scope": "required", "licenses": [{"license": {"id": "MIT"}}], "purl": f"pkg:nuget/{package['name']}@{version}",
            }


def main():
    arguments = sys.argv[1:]
    assets = None
    if "--runtime" in arguments:
        at = arguments.index("--runtime")
        assets = arguments[at + 1]
        del arguments[at:at + 2]
    name, version, time, output, *lists = arguments
    documents = []
    for path in lists:
        with open(path, encoding="utf-8") as file:
            documents.append(json.load(file))
    components = {}
    for document in documents:
        for component in document.get("components", []):
            if not component["name"].startswith(BUILD_ONLY):
                components[component["bom-ref"]] = component
    for component in runtime_packages(assets) if assets else ():
        components[component["bom-ref"]] = component
    result = documents[0]
    own = f"{name}@{version}"
    # The same input gives the same bytes.
    result["metadata"]["timestamp"] = datetime.datetime.fromtimestamp(int(time), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    result["metadata"]["component"] = {"type": "application", "bom-ref": own, "name": name, "version": version, "licenses": [{"license": {"id": "MIT"}}]}
    result["components"] = [components[key] for key in sorted(components)]
    result["dependencies"] = [{"ref": own, "dependsOn": sorted(components)}]
    with open(output, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")


main()
