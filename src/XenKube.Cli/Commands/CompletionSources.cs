using System.CommandLine;
using System.CommandLine.Completions;
using XenKube.Clusters;
using XenKube.Images;

namespace XenKube.Cli.Commands;

/// <summary>What the arguments of commands are completed with: nodes, clusters and images of XENDIR.</summary>
internal static class CompletionSources
{
    /// <summary>True where the words are a shell's question for completions.</summary>
    /// <param name="words">The words after the program's name.</param>
    public static bool IsAsked(IReadOnlyList<string> words) => words.Count > 0 && words[0].StartsWith("[suggest", StringComparison.Ordinal);

    /// <summary>Gives each argument of a command and of the commands below it what it is completed with.</summary>
    /// <param name="command">The command.</param>
    public static void AddTo(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            if (argument.Name.StartsWith("CLUSTER", StringComparison.Ordinal))
            {
                Use(argument, context => Names(context, Nodes));
            }
            else if (argument.Name == "NAME" && command.Name is "list" or "remove")
            {
                Use(argument, context => Names(context, directory => new ClusterStore(directory).Names()));
            }
            else if (argument.Name == "VERSION")
            {
                Use(argument, context => Names(context, directory =>
                    new ImageStore(directory.ImagesPath).List().Select(image => image.Version)));
            }
        }
        foreach (var below in command.Subcommands)
        {
            AddTo(below);
        }
    }

    // The arguments are the same for every command line of a process.
    private static void Use(Argument argument, Func<CompletionContext, IEnumerable<CompletionItem>> source)
    {
        argument.CompletionSources.Clear();
        argument.CompletionSources.Add(source);
    }

    // A cluster is offered first, and its nodes once its name is there with the slash.
    private static IEnumerable<string> Nodes(XenDirectory directory) => new ClusterStore(directory).Names()
        .Concat(new NodeStore(directory).Names(new NodeName("*", "*")).Select(node => node.ToString()));

    private static IEnumerable<CompletionItem> Names(CompletionContext context, Func<XenDirectory, IEnumerable<string>> list)
    {
        try
        {
            return [.. list(XenDirectory.Resolve(context.ParseResult.GetValue(StandardOptions.XenDir), onWait: null))
                .Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal)).Distinct()
                .Order(StringComparer.Ordinal).Select(name => new CompletionItem(Printable.Name(name)))];
        }
        catch (XenKubeException)
        {
            // Without a XENDIR there is nothing to offer.
            return [];
        }
    }
}
