using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace XenKube.Commands.Completion;

/// <summary>Completes the addresses of this machine, after that of the settings; for a broadcast, those of its networks.</summary>
public sealed class HostAddressCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => parameterName == "Broadcast" ? Cards().Select(BroadcastOf)
            : Cards().Select(card => (card.Address.ToString(), card.Name))
                .Prepend((Completions.Settings(fakeBoundParameters).Address, "the settings")).DistinctBy(candidate => candidate.Item1));

    private static IEnumerable<(System.Net.IPAddress Address, System.Net.IPAddress Mask, string Name)> Cards() =>
        from card in NetworkInterface.GetAllNetworkInterfaces()
        from address in card.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork
        select (address.Address, address.IPv4Mask, card.Name);

    private static (string Text, string ToolTip) BroadcastOf((System.Net.IPAddress Address, System.Net.IPAddress Mask, string Name) card)
    {
        var bytes = card.Address.GetAddressBytes().Zip(card.Mask.GetAddressBytes(), (own, mask) => (byte)(own | (~mask & 0xFF)));
        return (new System.Net.IPAddress([.. bytes]).ToString(), card.Name);
    }
}
