// Shows what needs passkeys where the browser has them, and says so on the page when one did not work.
const parts = document.querySelectorAll('[data-needs-passkeys]')
if (window.PublicKeyCredential) {
  parts.forEach(part => { part.hidden = false })
  document.querySelectorAll('[data-without-passkeys]').forEach(part => { part.hidden = true })
}
document.addEventListener('allauth.error', event => {
  event.preventDefault()
  document.querySelectorAll('[data-passkey-error]').forEach(place => {
    place.hidden = false
    place.setAttribute('role', 'alert')
  })
})
