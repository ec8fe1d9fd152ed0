using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube setting</c>: the settings of a XENDIR.</summary>
internal static class SettingCommands
{
    private static readonly Argument<string[]> Names = new("NAME")
        { Arity = ArgumentArity.ZeroOrMore, Description = "Names of settings; patterns are understood (default: all)." };
    private static readonly Argument<string> Name = new("NAME") { Description = "The name of the setting." };
    private static readonly Argument<string[]> Values = new("VALUE")
        { Arity = ArgumentArity.ZeroOrMore, Description = "The value; for a list, its elements." };

    public static Command Create()
    {
        var list = new Command("list", "Show settings, where their values are from, and their defaults.")
            { Names, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, run =>
        {
            var found = new List<XenSetting>();
            run.ForEach(run.Get(Names) is { Length: > 0 } names ? names : ["*"], name =>
                found.AddRange(new SettingsStore(run.Directory).List(name)));
            Print(run, found);
        });
        var set = new Command("set", "Set a setting. The file is checked before it is replaced in one step.")
            { Name, Values, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(set, run =>
            Print(run, [new SettingsStore(run.Directory).Set(run.Get(Name), run.Get(Values), run.CancellationToken)]));
        var reset = new Command("reset", "Take a setting out of the file, so that it has its default again.")
            { Name, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(reset, run => Print(run, [new SettingsStore(run.Directory).Reset(run.Get(Name), run.CancellationToken)]));
        return new Command("setting", "Settings of the XENDIR, in xenkube.json.") { list, set, reset };
    }

    private static void Print(CommandRun run, List<XenSetting> settings) => run.Print(settings, (output, all) => TextTable.Write(output,
        ["Setting", "Value", "Default", "Source"],
        all.Select(setting => new[] { setting.Name, Text(setting.Value), Text(setting.Default), setting.Source.ToString() })));

    private static string Text(object? value) => value switch
    {
        null => "-",
        string[] list => string.Join(", ", list),
        _ => $"{value}",
    };
}
