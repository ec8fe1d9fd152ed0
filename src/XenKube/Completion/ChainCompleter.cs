using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net;
using XenKube.Clusters;
using XenKube.Hosting;

namespace XenKube.Commands.Completion;

/// <summary>Completes the chains of the firewall files.</summary>
public sealed class ChainCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ =>
        {
            var settings = Completions.Settings(fakeBoundParameters);
            var typed = Completions.Text(fakeBoundParameters, "LiteralPath") ?? Completions.Text(fakeBoundParameters, "Path");
            string[] files = typed is not null ? [Completions.Resolve(typed)]
                : settings.FirewallFile is not null
                    ? [HostSettings.FirewallFileOf(settings, Completions.XenDirectoryIfAny(fakeBoundParameters)?.Path)]
                : [.. FirewallRules.UsualPaths(IPAddress.Parse(settings.Address))];
            return files.Where(file => File.Exists(file)).SelectMany(file => FirewallRules.Read(file).Rules).Select(rule => rule.Chain)
                .Distinct().Order(StringComparer.Ordinal);
        });
}
