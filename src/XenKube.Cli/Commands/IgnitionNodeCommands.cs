using System.CommandLine;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;
using XenKube.Ignition;
using XenKube.Ignition.Comparing;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube ignition compare</c> and <c>publish</c>: what publishing changes on the guests, and publishing.</summary>
internal static class IgnitionNodeCommands
{
    private static readonly Argument<string[]> Compared = new("CLUSTER[/NODE] | OLD NEW")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes, or two files of Ignition JSON; - for standard input." };
    private static readonly Option<bool> AreFiles = new("--files")
        { Description = "The two names are those of files, whether the files are there or not." };
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Option<string?> File = new("--file")
        { Description = "Publish this file for the nodes: a config, or Ignition JSON as it is (default: each node's own config).",
            HelpName = "FILE" };
    private static readonly Option<bool> DryRun = new("--dry-run")
        { Description = "Show what would change on the guests, and publish nothing." };

    public static Command CreateCompare()
    {
        var command = new Command("compare", "Show what publishing would change on the guests, or how two configs differ.")
            { Compared, AreFiles, ConfigOptions.Platform, ConfigOptions.FilesDirectory, ConfigOptions.Strict,
                StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(command, Compare);
        return command;
    }

    public static Command CreatePublish()
    {
        var command = new Command("publish", "Write configs to the directory from which the guests fetch them.")
            { Names, File, DryRun, ConfigOptions.Platform, ConfigOptions.FilesDirectory, ConfigOptions.Strict,
                StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(command, Publish);
        return command;
    }

    private static void Compare(CommandRun run)
    {
        var names = run.Get(Compared);
        if (run.Get(AreFiles) || (names is [var one, var other] && IsFile(one) && IsFile(other)))
        {
            if (names is not [var old, var now])
            {
                throw new InvalidInputException(ErrorIds.PathAmbiguous, null, "--files", "two files are compared",
                    "Name the old one and the new one");
            }
            var comparison = IgnitionComparison.Compare(IgnitionCommands.Read(run, old), IgnitionCommands.Read(run, now));
            run.Print(comparison.Changes, (output, _) => output.WriteLine(comparison));
            return;
        }
        var all = new List<object>();
        run.ForEach(NodeCommands.Select(run, names), node =>
        {
            var own = new NodeConfig(run.Directory, node, ConfigOptions.Overrides(run));
            var config = own.Transpile();
            ConfigFailure.Refuse(config);
            var change = own.Compare(config);
            all.Add(new ConfigChangeRow(node.FullName, change.IsPublished, change.Damage, change.Comparison.Changes));
            if (!run.WantsJson)
            {
                run.Out.WriteLine($"{node}:\n{change}");
            }
        });
        PrintJson(run, all);
    }

    private static bool IsFile(string name) => name == "-" || System.IO.File.Exists(name);

    private static void Publish(CommandRun run)
    {
        var all = new List<object>();
        var file = run.Get(File) is { } path ? Path.GetFullPath(path) : null;
        run.ForEach(NodeCommands.Select(run, run.Get(Names)), node =>
        {
            var own = new NodeConfig(run.Directory, node, ConfigOptions.Overrides(run));
            var config = file is null ? own.Transpile() : ReadyConfig.Read(file, own.Options
                with { FilesDirectory = run.Get(ConfigOptions.FilesDirectory) ?? Path.GetDirectoryName(file)! });
            foreach (var entry in config.Warnings)
            {
                run.Warn(ConfigFailure.Line(config.SourcePath ?? "input", entry));
            }
            ConfigFailure.Refuse(config);
            if (own.FindMisfit(config) is { } misfit)
            {
                run.Warn($"{node}: the config is Ignition {config.Version}: {misfit}");
            }
            if (run.Get(DryRun))
            {
                var change = own.Compare(config);
                all.Add(new ConfigChangeRow(node.FullName, change.IsPublished, change.Damage, change.Comparison.Changes));
                Say(run, $"{node}:\n{change}");
                return;
            }
            var published = own.Publish(config, run.CancellationToken);
            all.Add(published);
            Say(run, published.Changed ? published.Path : $"{published.Path} is current");
        });
        PrintJson(run, all);
    }

    private static void Say(CommandRun run, string text)
    {
        if (!run.WantsJson)
        {
            run.Out.WriteLine(text);
        }
    }

    private static void PrintJson(CommandRun run, List<object> all)
    {
        if (run.WantsJson)
        {
            run.Print(all, (_, _) => { });
        }
    }
}
