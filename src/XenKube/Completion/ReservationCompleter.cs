using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Hosting;

namespace XenKube.Commands.Completion;

/// <summary>Completes the addresses that dnsmasq has reserved: MAC addresses, IP addresses, or both, as the parameter takes them.</summary>
public sealed class ReservationCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ =>
        {
            var items = DhcpReservations.Read(Completions.Text(fakeBoundParameters, "LiteralPath") is { } path ? Completions.Resolve(path)
                : Completions.XenDirectoryIfAny(fakeBoundParameters)?.ReservationsPath ?? DhcpReservations.DefaultPath).Items;
            var numbers = items.Select(item => (item.IPAddress.ToString(), $"{item.MacAddress} {item.HostName}".TrimEnd()));
            var cards = items.Select(item => (item.MacAddress.ToString(), $"{item.IPAddress} {item.HostName}".TrimEnd()));
            return parameterName switch
            {
                "MacAddress" => cards,
                "Address" => numbers.Concat(cards),
                _ => numbers,
            };
        });
}
